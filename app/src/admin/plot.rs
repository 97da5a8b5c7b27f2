//! Plots, drawn as SVG: bars beside each other, with the values over them.

use crate::ui::{View, el, svg};

/// The height of the tallest bar, and of the whole picture, in its own units.
const TALLEST: i64 = 140;
const HEIGHT: i64 = 200;
/// How far a place on the axis is from the next one, at least.
const PLACE: i64 = 46;
/// How wide the whole picture is, at least.
const WIDTH: i64 = 560;

/// A place on the axis: what it is called, and a value for each of the series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// What stands under it.
    pub name: String,
    /// The values, in the order of the series.
    pub values: Vec<i64>,
}

/// Bars, with a colour for each series.
pub fn bars(title: &str, series: &[&str], places: &[Place]) -> View {
    let count = i64::try_from(places.len()).unwrap_or(1).max(1);
    let width = (count * PLACE).max(WIDTH);
    let step = width / count;
    let most = places
        .iter()
        .flat_map(|place| &place.values)
        .copied()
        .max()
        .unwrap_or(0)
        .max(1);
    let each = i64::try_from(series.len()).unwrap_or(1).max(1);
    let bar = (step * 7 / 10 / each).min(40);
    let mut picture = svg("svg")
        .attr("class", "plot")
        .attr("viewBox", format!("0 0 {width} {HEIGHT}"))
        .attr("role", "img")
        .attr("aria-label", said(title, places))
        .child(line(0, width, HEIGHT - 30));
    for (at, place) in (0..).zip(places) {
        let left = at * step + (step - bar * each) / 2;
        for (nth, value) in (0..).zip(&place.values) {
            let height = scaled(*value, most);
            let x = left + nth * bar;
            picture = picture.child(
                svg("rect")
                    .attr("class", format!("series-{nth}"))
                    .attr("x", x.to_string())
                    .attr("y", (HEIGHT - 30 - height).to_string())
                    .attr("width", (bar - 3).max(2).to_string())
                    .attr("height", height.to_string()),
            );
            if *value > 0 {
                picture = picture.child(text(x + bar / 2, HEIGHT - 36 - height, &value.to_string()));
            }
        }
        picture = picture.child(text(at * step + step / 2, HEIGHT - 12, &place.name));
    }
    let key = (0..).zip(series).map(|(nth, name): (i64, _)| {
        el("li")
            .child(el("i").class(&format!("series-{nth}")))
            .child((*name).to_owned())
    });
    el("figure")
        .class("panel")
        .child(el("figcaption").child(title.to_owned()))
        .child(el("ul").class("plot-key").child(key.collect::<Vec<_>>()))
        .child(el("div").class("plot-place").child(picture))
}

/// How tall a bar is: as tall as its share of the tallest, and never nothing when there is something.
const fn scaled(value: i64, most: i64) -> i64 {
    if value <= 0 {
        return 0;
    }
    let height = value * TALLEST / most;
    if height < 2 { 2 } else { height }
}

/// The same in words, for those who do not see it.
fn said(title: &str, places: &[Place]) -> String {
    let told = places.iter().map(|place| {
        let values: Vec<String> = place.values.iter().map(ToString::to_string).collect();
        format!("{} {}", place.name, values.join(" / "))
    });
    format!("{title}: {}", told.collect::<Vec<_>>().join("; "))
}

fn line(from: i64, to: i64, y: i64) -> View {
    svg("line")
        .attr("x1", from.to_string())
        .attr("x2", to.to_string())
        .attr("y1", y.to_string())
        .attr("y2", y.to_string())
}

fn text(x: i64, y: i64, words: &str) -> View {
    svg("text")
        .attr("x", x.to_string())
        .attr("y", y.to_string())
        .attr("text-anchor", "middle")
        .child(words.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tallest_bar_fills_the_plot_and_the_smallest_is_seen() {
        assert_eq!(scaled(50, 50), TALLEST);
        assert_eq!(scaled(1, 10_000), 2);
        assert_eq!(scaled(0, 50), 0);
    }
}
