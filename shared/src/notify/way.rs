//! By what a message reaches its recipient: by text, or in WeChat where the recipient chose so.

use super::rules::Class;
use crate::named;

named! {
    /// The way that was chosen for a message.
    Way {
        /// As the account says: by text, unless its notices go to WeChat.
        Usual = "usual",
        /// In WeChat, and by text where WeChat does not deliver.
        Wechat = "wechat",
        /// In WeChat and in no other way.
        WechatOnly = "wechat-only",
        /// By text: WeChat did not deliver.
        Text = "text",
    }
}

/// The linked WeChat of a recipient, as far as the way depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Linked {
    /// None is linked.
    Not,
    /// One is linked, and notices go by text.
    ForSigningIn,
    /// One is linked, and notices go there.
    ForNotices,
}

impl Way {
    /// The way of a recipient who chose for one matter: texts, WeChat, or both, of which WeChat comes first.
    pub const fn chosen(by_text: bool, by_wechat: bool) -> Self {
        match (by_text, by_wechat) {
            (_, false) => Self::Usual,
            (true, true) => Self::Wechat,
            (false, true) => Self::WechatOnly,
        }
    }

    /// Whether a message of a class goes to WeChat. What the law wants told, what guards the account and codes go by text alone:
    /// WeChat neither proves delivery nor reaches a phone from which it was removed.
    pub const fn leads_to_wechat(self, class: Class, linked: Linked) -> bool {
        class.can_be_declined()
            && match (self, linked) {
                (_, Linked::Not) | (Self::Text, _) | (Self::Usual, Linked::ForSigningIn) => false,
                (Self::Usual, Linked::ForNotices) | (Self::Wechat | Self::WechatOnly, _) => true,
            }
    }

    /// Whether a text takes the place of what WeChat did not deliver.
    pub const fn falls_back(self) -> bool {
        !matches!(self, Self::WechatOnly)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINKED: [Linked; 3] = [Linked::Not, Linked::ForSigningIn, Linked::ForNotices];

    #[test]
    fn only_a_notice_goes_to_wechat_and_only_where_one_is_linked_and_wanted() {
        let leads = |way: Way| LINKED.map(|linked| way.leads_to_wechat(Class::Notice, linked));
        assert_eq!(leads(Way::Usual), [false, false, true]);
        assert_eq!(leads(Way::Wechat), [false, true, true]);
        assert_eq!(leads(Way::WechatOnly), [false, true, true]);
        assert_eq!(leads(Way::Text), [false, false, false]);
        for class in [Class::Code, Class::Statutory, Class::Security] {
            for way in [Way::Usual, Way::Wechat, Way::WechatOnly, Way::Text] {
                assert!(
                    !LINKED.iter().any(|linked| way.leads_to_wechat(class, *linked)),
                    "{class:?} {way:?}"
                );
            }
        }
    }

    #[test]
    fn whoever_wants_no_texts_of_a_matter_gets_none_in_the_place_of_wechat() {
        assert_eq!(Way::chosen(true, false), Way::Usual);
        assert!(Way::chosen(true, true).falls_back());
        assert!(!Way::chosen(false, true).falls_back());
    }
}
