//! Enums whose variants have a name that is stored and sent, and never changes.

/// A text names no variant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a known name")]
pub struct UnknownName(pub String);

/// Declares an enum with one stored name per variant, the same in the database and on the wire. In the API's document it is called as in
/// Rust, or by another name where that one is taken.
#[macro_export]
macro_rules! named {
    ($($(#[$doc:meta])* $name:ident $(as $told:literal)? { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $text)] $variant,)*
        }

        impl $name {
            /// Every variant.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The stored name.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }
        }

        $crate::described!($name $(as $told)?);

        impl std::str::FromStr for $name {
            type Err = $crate::named::UnknownName;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::ALL
                    .iter()
                    .find(|known| known.as_str() == text)
                    .copied()
                    .ok_or_else(|| $crate::named::UnknownName(text.to_owned()))
            }
        }
    )*};
}

/// Describes an enum with stored names in the API's document. The derive would not see names that a macro hands to serde, and tell those
/// of the variants.
#[macro_export]
macro_rules! described {
    ($name:ident $(as $told:literal)?) => {
        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .enum_values(Some(Self::ALL.iter().map(|variant| variant.as_str())))
                    .into()
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {
            $(
                fn name() -> std::borrow::Cow<'static, str> {
                    std::borrow::Cow::Borrowed($told)
                }
            )?
        }
    };
}
