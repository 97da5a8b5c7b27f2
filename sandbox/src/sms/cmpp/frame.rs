//! CMPP 2.0 on the wire: fixed-width fields in network order, no matter what the other side sends.

use chrono::{DateTime, Datelike, FixedOffset, Timelike};
use encoding_rs::GBK;
use md5::{Digest, Md5};

use super::{SERVICE_NUMBER, SHARED_SECRET, SOURCE_ADDR};

/// A frame's header.
pub const HEADER: usize = 12;
/// No CMPP 2.0 frame is longer: a submit to a hundred numbers stays below it.
pub const LONGEST: usize = 4096;

/// `CMPP_CONNECT`.
pub const CONNECT: u32 = 0x0000_0001;
/// `CMPP_TERMINATE`.
pub const TERMINATE: u32 = 0x0000_0002;
/// `CMPP_SUBMIT`.
pub const SUBMIT: u32 = 0x0000_0004;
/// `CMPP_DELIVER`.
pub const DELIVER: u32 = 0x0000_0005;
/// `CMPP_QUERY`.
pub const QUERY: u32 = 0x0000_0006;
/// `CMPP_CANCEL`.
pub const CANCEL: u32 = 0x0000_0007;
/// `CMPP_ACTIVE_TEST`.
pub const ACTIVE_TEST: u32 = 0x0000_0008;
/// Added to a command, it makes its answer.
pub const RESPONSE: u32 = 0x8000_0000;

/// A frame with its header read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// What it asks or answers.
    pub command: u32,
    /// Pairs an answer with its request.
    pub sequence: u32,
    /// Everything behind the header.
    pub body: Vec<u8>,
}

impl Frame {
    /// A frame to send.
    pub fn new(command: u32, sequence: u32, body: Vec<u8>) -> Self {
        Self {
            command,
            sequence,
            body,
        }
    }

    /// The bytes of the frame.
    pub fn bytes(&self) -> Vec<u8> {
        let mut octets = Octets::default();
        octets.u32(u32::try_from(HEADER.saturating_add(self.body.len())).unwrap_or(u32::MAX));
        octets.u32(self.command);
        octets.u32(self.sequence);
        octets.raw(&self.body);
        octets.into_bytes()
    }
}

/// Writes fixed-width fields.
#[derive(Debug, Default)]
pub struct Octets(Vec<u8>);

impl Octets {
    /// One octet.
    pub fn u8(&mut self, value: u8) {
        self.0.push(value);
    }

    /// Four octets.
    pub fn u32(&mut self, value: u32) {
        self.0.extend(value.to_be_bytes());
    }

    /// Eight octets.
    pub fn u64(&mut self, value: u64) {
        self.0.extend(value.to_be_bytes());
    }

    /// A text, cut or filled with zeros to `width`.
    pub fn text(&mut self, value: &str, width: usize) {
        self.0.extend(value.bytes().chain(std::iter::repeat(0)).take(width));
    }

    /// Octets as they are.
    pub fn raw(&mut self, bytes: &[u8]) {
        self.0.extend(bytes);
    }

    /// What was written.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

/// Reads fixed-width fields; every field can turn out to be missing.
#[derive(Debug)]
pub struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    /// Reads from the beginning of a body.
    pub fn of(body: &'a [u8]) -> Self {
        Self(body)
    }

    /// The next `width` octets.
    pub fn take(&mut self, width: usize) -> Option<&'a [u8]> {
        let (field, rest) = self.0.split_at_checked(width)?;
        self.0 = rest;
        Some(field)
    }

    /// One octet.
    pub fn u8(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    /// Four octets.
    pub fn u32(&mut self) -> Option<u32> {
        self.take(4)?.first_chunk().copied().map(u32::from_be_bytes)
    }

    /// Eight octets.
    pub fn u64(&mut self) -> Option<u64> {
        self.take(8)?.first_chunk().copied().map(u64::from_be_bytes)
    }

    /// A text up to its first zero.
    pub fn text(&mut self, width: usize) -> Option<String> {
        let field = self.take(width)?;
        let end = field.iter().position(|byte| *byte == 0).unwrap_or(width);
        Some(String::from_utf8_lossy(field.get(..end)?).trim().to_owned())
    }

    /// Whether everything has been read.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A login.
#[derive(Debug)]
pub struct Connect {
    /// Who says to be calling.
    pub source_addr: String,
    /// The proof.
    pub authenticator: Vec<u8>,
    /// 0x20 is version 2.0.
    pub version: u8,
    /// `MMDDHHMMSS` as a number.
    pub timestamp: u32,
}

impl Connect {
    /// Reads a `CMPP_CONNECT` body.
    pub fn read(body: &[u8]) -> Option<Self> {
        let mut fields = Fields::of(body);
        let connect = Self {
            source_addr: fields.text(6)?,
            authenticator: fields.take(16)?.to_vec(),
            version: fields.u8()?,
            timestamp: fields.u32()?,
        };
        fields.is_empty().then_some(connect)
    }

    /// Whether the caller knows the shared secret.
    pub fn is_authentic(&self) -> bool {
        self.authenticator == authenticator_source(&self.source_addr, SHARED_SECRET, self.timestamp)
    }
}

/// What the caller proves with: MD5 over its address, nine zeros, the secret and the timestamp in ten digits.
pub fn authenticator_source(source_addr: &str, secret: &str, timestamp: u32) -> Vec<u8> {
    let mut md5 = Md5::new();
    md5.update(source_addr.as_bytes());
    md5.update([0_u8; 9]);
    md5.update(secret.as_bytes());
    md5.update(format!("{timestamp:010}").as_bytes());
    md5.finalize().to_vec()
}

/// What the gateway proves with: MD5 over its status, the caller's proof and the secret.
pub fn authenticator_ismg(status: u8, authenticator: &[u8]) -> Vec<u8> {
    let mut md5 = Md5::new();
    md5.update([status]);
    md5.update(authenticator);
    md5.update(SHARED_SECRET.as_bytes());
    md5.finalize().to_vec()
}

/// A text to send.
#[derive(Debug)]
pub struct Submit {
    /// How many parts the text has.
    pub part_total: u8,
    /// Which of them this is, from 1.
    pub part_number: u8,
    /// Whether a status report is wanted.
    pub wants_report: bool,
    /// Whether the content begins with a user-data header.
    pub has_header: bool,
    /// 0 ASCII, 8 UCS-2, 15 GBK.
    pub format: u8,
    /// Must be the address that logged in.
    pub source: String,
    /// The number that the phone shows.
    pub service_number: String,
    /// To whom.
    pub phones: Vec<String>,
    /// The text in its encoding.
    pub content: Vec<u8>,
}

impl Submit {
    /// Reads a `CMPP_SUBMIT` body.
    pub fn read(body: &[u8]) -> Option<Self> {
        let mut fields = Fields::of(body);
        fields.u64()?;
        let part_total = fields.u8()?;
        let part_number = fields.u8()?;
        let wants_report = fields.u8()? == 1;
        fields.u8()?;
        fields.text(10)?;
        fields.u8()?;
        fields.text(21)?;
        fields.u8()?;
        let has_header = fields.u8()? == 1;
        let format = fields.u8()?;
        let source = fields.text(6)?;
        fields.text(2)?;
        fields.text(6)?;
        fields.text(17)?;
        fields.text(17)?;
        let service_number = fields.text(21)?;
        let count = fields.u8()?;
        let phones = (0..count).map(|_| fields.text(21)).collect::<Option<Vec<_>>>()?;
        let length = fields.u8()?;
        let content = fields.take(usize::from(length))?.to_vec();
        fields.take(8)?;
        let submit = Self {
            part_total,
            part_number,
            wants_report,
            has_header,
            format,
            source,
            service_number,
            phones,
            content,
        };
        fields.is_empty().then_some(submit)
    }

    /// The longest content that the format allows.
    pub fn content_limit(&self) -> usize {
        if self.format == 0 { 160 } else { 140 }
    }

    /// The reference, the number of parts and the part's number from the user-data header, and the text behind it.
    pub fn split_header(&self) -> Option<(u8, u8, u8, &[u8])> {
        if !self.has_header {
            return Some((0, 1, 1, &self.content));
        }
        let mut fields = Fields::of(&self.content);
        let length = fields.u8()?;
        let header = fields.take(usize::from(length))?;
        let text = self.content.get(usize::from(length).checked_add(1)?..)?;
        match header {
            // The second form has a reference of sixteen bits, of which the lower half tells texts apart well enough.
            [0, 3, reference, total, number] | [8, 4, _, reference, total, number] => {
                Some((*reference, *total, *number, text))
            }
            _ => None,
        }
    }
}

/// The characters of a content in one of the formats that phones here know.
pub fn decode(format: u8, content: &[u8]) -> Option<String> {
    match format {
        0 => content
            .is_ascii()
            .then(|| String::from_utf8_lossy(content).into_owned()),
        8 => {
            let (units, rest) = content.as_chunks::<2>();
            let units: Vec<u16> = units.iter().map(|pair| u16::from_be_bytes(*pair)).collect();
            if rest.is_empty() {
                String::from_utf16(&units).ok()
            } else {
                None
            }
        }
        15 => {
            let (text, _, broken) = GBK.decode(content);
            (!broken).then(|| text.into_owned())
        }
        _ => None,
    }
}

/// A status report or a resident's answer, on its way to the line.
#[derive(Debug, Clone)]
pub struct Deliver {
    /// Its own message id.
    pub id: u64,
    /// Whose phone it is about.
    pub phone: String,
    /// A status report, or else a text from the phone.
    pub is_report: bool,
    /// The content's encoding.
    pub format: u8,
    /// The content.
    pub content: Vec<u8>,
}

impl Deliver {
    /// The `CMPP_DELIVER` body.
    pub fn body(&self) -> Vec<u8> {
        let mut octets = Octets::default();
        octets.u64(self.id);
        octets.text(SERVICE_NUMBER, 21);
        octets.text(SOURCE_ADDR, 10);
        octets.u8(0);
        octets.u8(0);
        octets.u8(self.format);
        octets.text(&self.phone, 21);
        octets.u8(u8::from(self.is_report));
        octets.u8(u8::try_from(self.content.len()).unwrap_or(u8::MAX));
        octets.raw(&self.content);
        octets.text("", 8);
        octets.into_bytes()
    }
}

/// Month, day, hour, minute and second in the 26 bits that a message id begins with.
pub fn time_bits(at: DateTime<FixedOffset>) -> u64 {
    [
        (at.month(), 4),
        (at.day(), 5),
        (at.hour(), 5),
        (at.minute(), 6),
        (at.second(), 6),
    ]
    .into_iter()
    .fold(0, |bits, (value, width)| (bits << width) | u64::from(value))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use super::*;

    #[test]
    fn no_body_makes_a_reader_panic() {
        // Every length of a body, filled with bytes that make every count as large as it gets.
        for fill in [0_u8, 1, 0x7f, 0xff] {
            for length in 0..600 {
                let body = vec![fill; length];
                let _connect = Connect::read(&body);
                if let Some(submit) = Submit::read(&body) {
                    let _parts = submit.split_header();
                    let _text = decode(submit.format, &submit.content);
                }
            }
        }
    }

    #[test]
    fn gbk_and_ucs2_carry_the_same_text() {
        let text = "【云川公安】验证码123456";
        let (gbk, _, _) = GBK.encode(text);
        let ucs2: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(decode(15, &gbk).unwrap(), text);
        assert_eq!(decode(8, &ucs2).unwrap(), text);
        assert_eq!(decode(8, &[0x4e]), None);
        assert_eq!(decode(4, b"binary"), None);
    }
}
