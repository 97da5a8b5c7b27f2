//! `/wechat/…`, `/connect/…`, `/sns/…` and `/cgi-bin/…`.

mod jssdk;
mod messages;
mod oauth;
mod payer;
