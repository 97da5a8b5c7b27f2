//! What the server does per second over HTTP on the loopback, in both deployments, each figure beside what the same machine can do at
//! most in the same run. `cargo xtask bench` runs it with both stores; `docs/benchmarks.md` tells how to read it.
#![allow(
    clippy::float_arithmetic,
    clippy::cast_precision_loss,
    clippy::indexing_slicing,
    clippy::expect_used,
    missing_docs,
    reason = "a benchmark computes rates, and ends with a message when something is not as it should be"
)]

mod bare;
mod bookings;
mod bureau;
mod ceilings;
mod load;
mod notices;
mod outside;
mod program;
mod queue;
mod reads;
mod slips;
mod table;
mod texts;

use std::{
    net::SocketAddr,
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use clap::Parser;
use nix::sys::resource::{Resource, getrlimit, setrlimit};

use crate::{
    bookings::Run,
    bureau::{Bureau, Place, Site, Size},
    outside::Outside,
    program::Program,
    table::{Row, grouped},
};

/// Measures the server. Without `--bench`, which `cargo bench` adds, nothing is done.
#[derive(Parser)]
struct Arguments {
    /// Measures for half a minute instead of three.
    #[arg(long)]
    quick: bool,
    /// Only this deployment: `embedded` or `scaled`.
    #[arg(long)]
    mode: Option<String>,
    /// Only the rows that need the outside world: texts and notifications of payments.
    #[arg(long)]
    outside: bool,
    #[arg(long, hide = true)]
    bench: bool,
    /// Serves the bare handlers instead of measuring: the benchmark starts itself so.
    #[arg(long, hide = true)]
    bare: Option<SocketAddr>,
}

/// How much is measured.
struct Extent {
    /// How long a row is measured.
    span: Duration,
    size: Size,
    starts: usize,
    calls: usize,
    /// How many residents want how many seats at the moment of publication.
    rush: (usize, usize),
    /// How many slips are redeemed, by 64 scanners each.
    slips: usize,
    /// How many payments are told of.
    payments: usize,
    /// How long texts are caused, 200 a second.
    texting: Duration,
}

const QUICK: Extent = Extent {
    span: Duration::from_millis(500),
    size: Size {
        visitors: 8_000,
        services: SERVICES,
        halls: 300,
        tickets: 1_000,
    },
    starts: 3,
    calls: 3,
    rush: (2_000, 200),
    slips: 250,
    payments: 300,
    texting: Duration::from_secs(5),
};
const FULL: Extent = Extent {
    span: Duration::from_secs(3),
    size: Size {
        visitors: 40_000,
        services: SERVICES,
        halls: 1_500,
        tickets: 5_000,
    },
    starts: 7,
    calls: 7,
    rush: (10_000, 1_000),
    slips: 10_000,
    payments: 3_000,
    texting: Duration::from_secs(30),
};

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let system = actix_web::rt::System::new();
    match arguments.bare {
        Some(address) => Ok(system.block_on(bare::serve(address))?),
        None if arguments.bench => system.block_on(measure(&arguments)),
        None => {
            println!("run `cargo xtask bench`");
            Ok(())
        }
    }
}

async fn measure(arguments: &Arguments) -> Result<()> {
    let begun = Instant::now();
    let extent = if arguments.quick { QUICK } else { FULL };
    let files = raise_file_limit()?;
    let cores = std::thread::available_parallelism()?;
    println!("{cores} cores, shared by the server, the stores and the clients; {files} open files at most");

    let address = program::free_address()?;
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("--bare").arg(address.to_string());
    let (bare, _) = Program::start(command, address, "/json").await?;

    let wanted = |mode: &str| arguments.mode.as_deref().is_none_or(|only| only == mode);
    if wanted("embedded") {
        let rows = deployment(&Place::Embedded, &bare, &extent, arguments.outside).await?;
        table::print("Embedded: SQLite, synchronous=FULL, one process", &rows);
    }
    let stores = ["BIANMIN_TEST_POSTGRES_URL", "BIANMIN_TEST_REDIS_URL"].map(std::env::var);
    match stores {
        _ if !wanted("scaled") => {}
        [Ok(postgres), Ok(redis)] => {
            let rows = deployment(&Place::Scaled { postgres, redis }, &bare, &extent, arguments.outside).await?;
            table::print("Scaled out: PostgreSQL and Redis, one instance", &rows);
        }
        _ => println!("\nPostgreSQL and Redis are not measured: `cargo xtask bench` starts them."),
    }
    println!("\nmeasured in {:.0} s", begun.elapsed().as_secs_f64());
    Ok(())
}

/// As many files as the system lets this process and the servers it starts have.
fn raise_file_limit() -> Result<u64> {
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
    setrlimit(Resource::RLIMIT_NOFILE, hard, hard)?;
    Ok(hard)
}

/// The rate of a bare handler, measured right before what is held against it: on a shared machine only neighbours can be compared.
async fn bare_rate(
    what: &str,
    bare: &Program,
    request: Vec<u8>,
    status: u16,
    extent: &Extent,
    rows: &mut Vec<Row>,
) -> Result<f64> {
    let outcome = load::repeat(bare.address, 64, extent.span, request)
        .await?
        .all(status)?;
    rows.push(Row::rate(format!("actix, {what}"), &outcome));
    Ok(outcome.per_second())
}

async fn deployment(place: &Place, bare: &Program, extent: &Extent, only_outside: bool) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    let site = Site::make(place).await?;
    let flushes = ceilings::flushes(site.folder(), extent.span.min(Duration::from_secs(1)))?;
    rows.push(Row::per_second(
        "fdatasync of 4 KiB in the data folder",
        flushes.per_second,
        &flushes.times,
    ));
    if only_outside {
        let bureau = Bureau::fill(site, &extent.size).await?;
        outside_world(&bureau, extent, &mut rows).await?;
        bureau.remove().await?;
        return Ok(rows);
    }
    starting(&site, extent, &mut rows).await?;

    let bureau = Bureau::fill(site, &extent.size).await?;
    let ceiling = booking_ceilings(&bureau, extent, &mut rows).await?;
    let (server, _) = bureau.site().serve().await?;
    booking_rates(&bureau, &server, &ceiling, extent, &mut rows).await?;
    publication(&bureau, &server, extent, &mut rows).await?;
    refusals(&bureau, &server, bare, extent, &mut rows).await?;
    availability(&bureau, &server, bare, extent, &mut rows).await?;
    live_queue(&bureau, &server, extent, &mut rows).await?;
    redemptions(&bureau, &server, extent, &mut rows).await?;
    drop(server);
    outside_world(&bureau, extent, &mut rows).await?;
    bureau.remove().await?;
    Ok(rows)
}

/// How fast the server is ready, and what it takes when nobody asks for anything.
async fn starting(site: &Site, extent: &Extent, rows: &mut Vec<Row>) -> Result<()> {
    let mut times = load::Times::default();
    let mut resident = 0;
    for start in 0..extent.starts {
        let (server, took) = site.serve().await?;
        times.note(took);
        if start + 1 == extent.starts {
            tokio::time::sleep(Duration::from_secs(1)).await;
            resident = server.resident_kib()?;
        }
    }
    let (median, slowest) = (times.percentile(50), times.percentile(99));
    let mut row = Row::new(
        format!("cold start to ready, {} times", extent.starts),
        format!("{median:.0} ms"),
    );
    (row.p50, row.p99) = (Some(median), Some(slowest));
    rows.push(row.goal("≤ 100 ms", median <= 100.0));
    let mib = resident as f64 / 1024.0;
    rows.push(Row::new("memory when idle", format!("{mib:.1} MiB")).goal("≤ 30 MiB", mib <= 30.0));
    let megabytes = std::fs::metadata(program::binary())?.len() as f64 / 1e6;
    rows.push(Row::new("the program's file", format!("{megabytes:.1} MB")).goal("≤ 25 MB", megabytes <= 25.0));
    Ok(())
}

/// The ceilings for bookings: their names and rates, for one hot window and for a hundred, and the goals.
struct BookingCeiling {
    name: &'static str,
    hot: f64,
    many: f64,
    hot_goal: f64,
    many_goal: Option<f64>,
    slowest: f64,
}

/// Which window is for what; each run has its own, so that its seats can be counted.
const WINDOW_OF_CEILINGS: usize = 0;
const WINDOW_SOLD_OUT: usize = 1;
const FIRST_HOT_WINDOW: usize = 2;
const WINDOWS_OF_RUSH: std::ops::Range<usize> = 6..8;
const FIRST_OF_MANY: usize = 8;
const MANY: usize = 100;
/// Copies of the service, for the bare program: it books faster than there are residents.
const SERVICES: usize = 24;

async fn booking_ceilings(bureau: &Bureau, extent: &Extent, rows: &mut Vec<Row>) -> Result<BookingCeiling> {
    let window = &bureau.windows[WINDOW_OF_CEILINGS];
    let bare = ceilings::group_commit(bureau, window, false, extent.span).await?;
    rows.push(Row::per_second(
        "bare program, groups of 128 (times per group)",
        bare.per_second,
        &bare.times,
    ));
    let with_answers = ceilings::group_commit(bureau, window, true, extent.span).await?;
    rows.push(Row::per_second(
        "the same with remembered answers",
        with_answers.per_second,
        &with_answers.times,
    ));
    if bureau.site().postgres_url().is_none() {
        return Ok(BookingCeiling {
            name: "bare groups",
            hot: bare.per_second,
            many: bare.per_second,
            hot_goal: 0.6,
            many_goal: None,
            slowest: 50.0,
        });
    }
    let many = &bureau.windows[FIRST_OF_MANY..];
    let many = &many[..MANY.min(many.len())];
    let mut spread = vec![window.clone()];
    spread.extend_from_slice(many);
    ceilings::prepare_single_statements(bureau, &spread).await?;
    let hot = ceilings::single_statements(bureau, 1, extent.span).await?;
    rows.push(Row::per_second(
        "pgbench, a statement per booking, one hot window",
        hot.per_second,
        &hot.times,
    ));
    let many = ceilings::single_statements(bureau, spread.len(), extent.span).await?;
    rows.push(Row::per_second(
        "pgbench, the same over 100 windows",
        many.per_second,
        &many.times,
    ));
    Ok(BookingCeiling {
        name: "pgbench",
        hot: hot.per_second,
        many: many.per_second,
        hot_goal: 6.0,
        many_goal: Some(1.5),
        slowest: 40.0,
    })
}

async fn booking_rates(
    bureau: &Bureau,
    server: &Program,
    ceiling: &BookingCeiling,
    extent: &Extent,
    rows: &mut Vec<Row>,
) -> Result<()> {
    let many = &bureau.windows[FIRST_OF_MANY..];
    let many = &many[..MANY.min(many.len())];
    let hot = |at: usize| std::slice::from_ref(&bureau.windows[FIRST_HOT_WINDOW + at]);
    for (what, clients, windows, seen) in [
        ("one hot window, new residents", 64, hot(0), false),
        ("one hot window, new residents", 256, hot(1), false),
        ("one hot window, sessions known", 64, hot(2), true),
        ("one hot window, sessions known", 256, hot(3), true),
        ("100 windows, new residents", 64, many, false),
        ("100 windows, new residents", 256, many, false),
    ] {
        let run = Run {
            clients,
            windows,
            seen,
            span: extent.span,
        };
        let (outcome, together) = bookings::book(bureau, server.address, run).await?;
        let rate = outcome.per_second();
        let (at_most, goal) = if windows.len() == 1 {
            (ceiling.hot, Some(ceiling.hot_goal))
        } else {
            (ceiling.many, ceiling.many_goal)
        };
        let row = Row::rate(
            format!("bookings, {what}, {clients} clients, {together:.0} a commit"),
            &outcome,
        );
        let row = row.of(ceiling.name, at_most, rate, goal);
        rows.push(if clients == 256 && windows.len() == 1 {
            row.p99_at_most(ceiling.slowest)
        } else {
            row
        });
    }
    Ok(())
}

/// The moment at which a day's seats are published.
async fn publication(bureau: &Bureau, server: &Program, extent: &Extent, rows: &mut Vec<Row>) -> Result<()> {
    let run = Run {
        clients: 512,
        windows: &bureau.windows[WINDOWS_OF_RUSH],
        seen: false,
        span: extent.span,
    };
    let (residents, seats) = extent.rush;
    let outcome = bookings::rush(bureau, server.address, run, residents, seats).await?;
    rows.push(Row::rate(
        format!(
            "{} residents at once for {} seats, exactly sold",
            grouped(residents as f64),
            grouped(seats as f64)
        ),
        &outcome,
    ));
    Ok(())
}

async fn refusals(
    bureau: &Bureau,
    server: &Program,
    bare: &Program,
    extent: &Extent,
    rows: &mut Vec<Row>,
) -> Result<()> {
    let window = &bureau.windows[WINDOW_SOLD_OUT];
    bureau.leave_seats(window, 0).await?;
    let nothing = load::post(
        "/nothing",
        "Authorization: Bearer x\r\nIdempotency-Key: x\r\n",
        "{\"window_id\":\"x\",\"service_id\":\"x\"}",
    );
    let idle = bare_rate("POST that does nothing", bare, nothing, 201, extent, rows).await?;
    for (what, with_key) in [("sold out", true), ("sold out, without a key", false)] {
        let run = Run {
            clients: 64,
            windows: std::slice::from_ref(window),
            seen: true,
            span: extent.span,
        };
        let outcome = bookings::refused(bureau, server.address, run, with_key).await?;
        let rate = outcome.per_second();
        rows.push(Row::rate(format!("{what}, 64 clients"), &outcome).of("idle POST", idle, rate, Some(0.5)));
    }
    Ok(())
}

async fn availability(
    bureau: &Bureau,
    server: &Program,
    bare: &Program,
    extent: &Extent,
    rows: &mut Vec<Row>,
) -> Result<()> {
    let (address, span) = (server.address, extent.span);
    let json = bare_rate("small JSON", bare, load::get("/json", ""), 200, extent, rows).await?;
    let path = reads::one_day(bureau)?;
    let (length, _) = reads::look(address, &path).await?;
    let day = load::repeat(address, 64, span, load::get(&path, "")).await?.all(200)?;
    let what = format!("availability, one day, {} bytes from memory", grouped(length as f64));
    rows.push(Row::rate(what, &day).of("small JSON", json, day.per_second(), Some(0.8)));

    let path = reads::two_weeks(bureau)?;
    let (length, tag) = reads::look(address, &path).await?;
    let known = load::get(&path, &format!("If-None-Match: {tag}\r\n"));
    let known = load::repeat(address, 64, span, known).await?.all(304)?;
    rows.push(Row::rate("availability, two weeks, not changed (304)", &known).of(
        "small JSON",
        json,
        known.per_second(),
        None,
    ));
    let anew = reads::rendered_anew(bureau, address, 64, span).await?;
    rows.push(Row::rate("availability, rendered anew", &anew).of("small JSON", json, anew.per_second(), Some(0.2)));
    let read = reads::from_database(bureau, address, 64, span).await?;
    rows.push(Row::rate("availability, 90 windows read from the database", &read).of(
        "small JSON",
        json,
        read.per_second(),
        None,
    ));

    let size = format!("{} bytes", grouped(length as f64));
    let same = load::get(&format!("/bytes/{length}"), "");
    let same = bare_rate(&size, bare, same, 200, extent, rows).await?;
    let fortnight = load::repeat(address, 64, span, load::get(&path, "")).await?.all(200)?;
    let what = format!("availability, two weeks, {size} from memory");
    rows.push(Row::rate(what, &fortnight).of("the same bytes", same, fortnight.per_second(), None));
    Ok(())
}

/// What a counter waits for, and everybody at once for the same things.
async fn redemptions(bureau: &Bureau, server: &Program, extent: &Extent, rows: &mut Vec<Row>) -> Result<()> {
    let waiting = slips::issue(bureau, extent.slips).await?;
    let verified = slips::verify(bureau, &waiting).await?;
    let mut row = Row::new(
        "a slip's token is read and verified",
        format!("{:.2} ms", verified.percentile(50)),
    );
    (row.p50, row.p99) = (Some(verified.percentile(50)), Some(verified.percentile(99)));
    rows.push(row.goal("≤ 1 ms", verified.percentile(99) <= 1.0));
    let outcome = slips::redeem(bureau, server.address, waiting).await?;
    let what = format!(
        "{} slips × {} scanners, each redeemed exactly once",
        grouped(extent.slips as f64),
        slips::SCANNERS
    );
    rows.push(Row::rate(what, &outcome));
    Ok(())
}

/// What comes from the outside world and goes there; the sandbox stands in for it, with cores of the same machine.
async fn outside_world(bureau: &Bureau, extent: &Extent, rows: &mut Vec<Row>) -> Result<()> {
    texts::forget(bureau).await?;
    let outside = Outside::open(bureau).await?;
    texts::measure(bureau, &outside, extent.texting, rows).await?;
    notices::measure(bureau, &outside, extent.payments, extent.span, rows).await
}

async fn live_queue(bureau: &Bureau, server: &Program, extent: &Extent, rows: &mut Vec<Row>) -> Result<()> {
    let heard = queue::listen(bureau, server, extent.calls).await?;
    ensure!(
        heard.unreached == 0,
        "{} listeners did not hear of a call",
        heard.unreached
    );
    let listeners = grouped(heard.listeners as f64);
    rows.push(
        Row::new(
            format!("{listeners} listeners on one hall, memory each"),
            format!("{:.1} KiB", heard.kib_each),
        )
        .goal("≤ 14 KiB", heard.kib_each <= 14.0),
    );
    let reach = heard.reach.percentile(99);
    let mut row = Row::new("a call reaches 99 % of them", format!("{reach:.0} ms"));
    (row.p50, row.p99) = (Some(heard.reach.percentile(50)), Some(reach));
    rows.push(row.goal("≤ 250 ms", reach <= 250.0));
    Ok(())
}
