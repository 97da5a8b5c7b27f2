//! The pages inside WeChat: by what its browser is known, and what a page shows WeChat's JSSDK before it may scan or be shared with a title.

use serde::{Deserialize, Serialize};

/// The longest address of a page that is signed, in octets.
pub const LONGEST_PAGE: usize = 1_000;

/// Whether a browser that names itself so is WeChat's own.
pub fn is_inside_wechat(user_agent: &str) -> bool {
    user_agent.contains("MicroMessenger")
}

/// Whether an address is that of a page of this service, written from the root: nobody may borrow our name for another.
pub fn is_own_page(address: &str) -> bool {
    address.starts_with('/') && !address.starts_with("//") && !address.contains('\\')
}

/// `POST /wechat/page-signatures`: a page inside WeChat asks for the signature of its address.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PageSignatureRequest {
    /// The page's path and query, without what follows a `#`.
    #[cfg_attr(feature = "openapi", schema(example = "/services"))]
    pub page: String,
}

/// What the page hands to `wx.config`, and the script that has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PageSignature {
    /// The address of the JSSDK's script.
    pub script: String,
    /// The official account.
    pub app_id: String,
    /// When it was signed, in seconds since 1970.
    pub timestamp: i64,
    /// A random text that is signed too.
    pub nonce_str: String,
    /// The signature.
    pub signature: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_this_service_has_no_host() {
        assert!(is_own_page("/") && is_own_page("/services?q=护照"));
        for foreign in [
            "",
            "services",
            "//example.com",
            "/\\example.com",
            "https://example.com/",
        ] {
            assert!(!is_own_page(foreign), "{foreign:?}");
        }
    }
}
