//! The rating of a visit (好差评, GB/T 39734-2020): five levels, some tags, and a comment.

use crate::named;

named! {
    /// What a rating can name besides its level.
    RatingTag {
        /// Served quickly (效率高).
        Quick = "quick",
        /// Friendly (态度好).
        Friendly = "friendly",
        /// Everything was told at once (一次告知).
        ToldAtOnce = "told_at_once",
        /// A pleasant hall (环境好).
        Pleasant = "pleasant",
        /// A long wait (等候久).
        LongWait = "long_wait",
        /// Unfriendly (态度差).
        Unfriendly = "unfriendly",
        /// Had to come again for want of a word (多次跑).
        CameAgain = "came_again",
        /// Asked for what the list does not name (要求额外材料).
        ExtraMaterials = "extra_materials",
    }
}

/// The longest comment, in characters.
pub const LONGEST_COMMENT: usize = 300;

/// A rating that can be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rating {
    stars: u8,
    tags: Vec<RatingTag>,
    comment: Option<String>,
}

/// Why a rating is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RatingError {
    /// Not one to five.
    #[error("a rating has one to five stars")]
    Stars,
    /// The comment is too long.
    #[error("a comment has at most 300 characters")]
    Comment,
}

impl Rating {
    /// Checks a rating: tags are kept once each, an empty comment is none.
    pub fn new(stars: i64, tags: &[RatingTag], comment: Option<&str>) -> Result<Self, RatingError> {
        let stars = u8::try_from(stars)
            .ok()
            .filter(|stars| (1..=5).contains(stars))
            .ok_or(RatingError::Stars)?;
        let comment = comment.map(str::trim).filter(|text| !text.is_empty());
        if comment.is_some_and(|text| text.chars().count() > LONGEST_COMMENT) {
            return Err(RatingError::Comment);
        }
        Ok(Self {
            stars,
            tags: RatingTag::ALL
                .iter()
                .filter(|tag| tags.contains(tag))
                .copied()
                .collect(),
            comment: comment.map(ToOwned::to_owned),
        })
    }

    /// One, very dissatisfied (非常不满意), to five, very satisfied (非常满意).
    pub const fn stars(&self) -> u8 {
        self.stars
    }

    /// The tags, each once.
    pub fn tags(&self) -> &[RatingTag] {
        &self.tags
    }

    /// The comment.
    pub fn comment(&self) -> Option<&str> {
        self.comment.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rating_has_one_to_five_stars_each_tag_once_and_a_short_comment() {
        for stars in [-1, 0, 6, 256] {
            assert_eq!(Rating::new(stars, &[], None), Err(RatingError::Stars));
        }
        let rating = Rating::new(5, &[RatingTag::Quick, RatingTag::Quick], Some("  ")).unwrap();
        assert_eq!(
            (rating.stars(), rating.tags(), rating.comment()),
            (5, &[RatingTag::Quick][..], None)
        );
        let long = "好".repeat(LONGEST_COMMENT + 1);
        assert_eq!(Rating::new(1, &[], Some(&long)), Err(RatingError::Comment));
    }
}
