//! `/sms/…` and the carrier line.

pub mod aliyun;
mod cmpp;
mod messages;
mod tencent;
