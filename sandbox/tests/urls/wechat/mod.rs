//! `/wechat/…`, `/connect/…`, `/sns/…` and `/cgi-bin/…`.

mod messages;
mod oauth;
mod payer;
