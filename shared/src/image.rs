//! Pictures that come from outside. Only what they are and how large is looked at.

use crate::named;

/// What is smaller shows nothing.
const SMALLEST: usize = 67;

named! {
    /// The type of a picture.
    ImageType {
        /// JPEG.
        Jpeg = "image/jpeg",
        /// PNG.
        Png = "image/png",
    }
}

/// Why a picture is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImageError {
    /// It is neither JPEG nor PNG, whatever its name says.
    #[error("the picture is neither JPEG nor PNG")]
    Type,
    /// It is larger than is taken.
    #[error("the picture is too large")]
    Size,
    /// It has no content.
    #[error("the picture is empty")]
    Empty,
}

/// The type of a picture by its first and last octets, if it is not larger than this.
pub fn check(octets: &[u8], largest: usize) -> Result<ImageType, ImageError> {
    if octets.len() > largest {
        return Err(ImageError::Size);
    }
    let kind = if octets.starts_with(b"\x89PNG\r\n\x1a\n") && octets.ends_with(b"IEND\xaeB`\x82") {
        ImageType::Png
    } else if octets.starts_with(b"\xff\xd8\xff") && octets.ends_with(b"\xff\xd9") {
        ImageType::Jpeg
    } else {
        return Err(ImageError::Type);
    };
    if octets.len() < SMALLEST {
        return Err(ImageError::Empty);
    }
    Ok(kind)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn jpeg(length: usize) -> Vec<u8> {
        [b"\xff\xd8\xff".as_slice(), &vec![0; length - 5], b"\xff\xd9"].concat()
    }

    #[test]
    fn a_picture_is_known_by_its_octets_and_not_by_its_name() {
        assert_eq!(check(&jpeg(100), 100), Ok(ImageType::Jpeg));
        let png = [b"\x89PNG\r\n\x1a\n".as_slice(), &[0; 60], b"IEND\xaeB`\x82"].concat();
        assert_eq!(check(&png, 1_000), Ok(ImageType::Png));
        assert_eq!(check(b"%PDF-1.7", 100), Err(ImageError::Type));
        assert_eq!(check(b"<svg onload=alert(1)>", 100), Err(ImageError::Type));
        assert_eq!(check(b"", 100), Err(ImageError::Type));
    }

    #[test]
    fn a_picture_that_is_cut_off_too_large_or_empty_is_refused() {
        assert_eq!(check(&jpeg(100)[..90], 100), Err(ImageError::Type));
        assert_eq!(check(&jpeg(101), 100), Err(ImageError::Size));
        assert_eq!(check(&jpeg(66), 100), Err(ImageError::Empty));
    }
    proptest! {
        #[test]
        fn no_octets_make_the_reader_of_pictures_panic(octets in prop::collection::vec(any::<u8>(), 0..200), largest in 0usize..300) {
            let begun = [b"\xff\xd8\xff".as_slice(), &octets].concat();
            for octets in [&octets, &begun] {
                prop_assert!(check(octets, largest).is_err() || octets.len() <= largest);
            }
        }
    }
}
