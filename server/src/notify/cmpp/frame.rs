//! CMPP 2.0 on the wire (中国移动通信互联网短信网关接口协议, 2.0): fixed-width fields in network order.
//!
//! Whatever the other side sends is read field by field, and what is missing or too long makes nothing but an unreadable frame.

use md5::{Digest, Md5};

/// The octets of a frame's header (7.3).
pub const HEADER: usize = 12;
/// A gateway sends nothing longer.
pub const LONGEST: usize = 4096;
/// Added to a command, it makes its answer.
const RESPONSE: u32 = 0x8000_0000;

/// What a frame asks or answers (7.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Logging in.
    Connect,
    /// The answer to it.
    ConnectAnswer,
    /// Ending the line.
    Terminate,
    /// The answer to it.
    TerminateAnswer,
    /// A text to be sent.
    Submit,
    /// The answer to it.
    SubmitAnswer,
    /// A report or a reply.
    Deliver,
    /// The answer to it.
    DeliverAnswer,
    /// Whether the line lives.
    ActiveTest,
    /// The answer to it.
    ActiveTestAnswer,
}

impl Command {
    const ALL: [(Self, u32); 10] = [
        (Self::Connect, 1),
        (Self::ConnectAnswer, RESPONSE | 1),
        (Self::Terminate, 2),
        (Self::TerminateAnswer, RESPONSE | 2),
        (Self::Submit, 4),
        (Self::SubmitAnswer, RESPONSE | 4),
        (Self::Deliver, 5),
        (Self::DeliverAnswer, RESPONSE | 5),
        (Self::ActiveTest, 8),
        (Self::ActiveTestAnswer, RESPONSE | 8),
    ];

    fn number(self) -> u32 {
        Self::ALL
            .iter()
            .find(|(command, _)| *command == self)
            .map_or(0, |(_, number)| *number)
    }

    /// The command with this number; nothing for one that is not spoken here.
    pub fn of(number: u32) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(_, known)| *known == number)
            .map(|(command, _)| *command)
    }
}

/// The bytes of a frame.
pub fn frame(command: Command, sequence: u32, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(HEADER + body.len()).unwrap_or(u32::MAX);
    let mut bytes = Vec::with_capacity(HEADER + body.len());
    for word in [length, command.number(), sequence] {
        bytes.extend(word.to_be_bytes());
    }
    bytes.extend_from_slice(body);
    bytes
}

/// A text, cut or filled with zeros to a width.
fn text(into: &mut Vec<u8>, value: &str, width: usize) {
    into.extend(value.bytes().chain(std::iter::repeat(0)).take(width));
}

/// The body of a login: MD5 over the address, nine zeros, the secret and the time in ten digits proves who calls (7.4.1).
///
/// `timestamp` is `MMDDHHMMSS` as a number.
pub fn connect(source: &str, secret: &str, timestamp: u32) -> Vec<u8> {
    let mut body = Vec::with_capacity(27);
    text(&mut body, source, 6);
    body.extend(proof(source, secret, timestamp));
    body.push(0x20);
    body.extend(timestamp.to_be_bytes());
    body
}

/// What the caller proves itself with.
pub fn proof(source: &str, secret: &str, timestamp: u32) -> [u8; 16] {
    let mut md5 = Md5::new();
    md5.update(source.as_bytes());
    md5.update([0; 9]);
    md5.update(secret.as_bytes());
    md5.update(format!("{timestamp:010}").as_bytes());
    md5.finalize().into()
}

/// What the gateway proves itself with: MD5 over its status, the caller's proof and the secret.
pub fn counter_proof(status: u8, proof: &[u8; 16], secret: &str) -> [u8; 16] {
    let mut md5 = Md5::new();
    md5.update([status]);
    md5.update(proof);
    md5.update(secret.as_bytes());
    md5.finalize().into()
}

/// A part of a text that is to be sent.
#[derive(Clone, Debug)]
pub struct Part<'a> {
    /// How many parts the text has.
    pub total: u8,
    /// Which of them this is, from one.
    pub number: u8,
    /// Tells the parts of this text from those of others, on the same phone.
    pub reference: u8,
    /// The account.
    pub source: &'a str,
    /// The number that the phone shows.
    pub service_number: &'a str,
    /// To where.
    pub phone: &'a str,
    /// The characters, in UCS-2.
    pub content: &'a [u8],
}

impl Part<'_> {
    /// The body of the frame that submits it (7.4.3), with a status report wanted.
    pub fn body(&self) -> Vec<u8> {
        let divided = self.total > 1;
        let mut content = Vec::with_capacity(140);
        if divided {
            // The user-data header of a divided text (GSM 03.40): its length, its kind, and which part this is.
            content.extend([5, 0, 3, self.reference, self.total, self.number]);
        }
        content.extend_from_slice(self.content);
        let mut body = Vec::with_capacity(160 + content.len());
        body.extend([0; 8]);
        body.extend([self.total, self.number, 1, 1]);
        text(&mut body, self.source, 10);
        body.push(0);
        text(&mut body, "", 21);
        // The content is UCS-2, format 8.
        body.extend([0, u8::from(divided), 8]);
        text(&mut body, self.source, 6);
        // Free for the recipient: 01.
        text(&mut body, "01", 2);
        text(&mut body, "000000", 6);
        text(&mut body, "", 17 + 17);
        text(&mut body, self.service_number, 21);
        body.push(1);
        text(&mut body, self.phone, 21);
        body.push(u8::try_from(content.len()).unwrap_or(u8::MAX));
        body.extend(content);
        body.extend([0; 8]);
        body
    }
}

/// A text in UCS-2, divided into parts of one short message each.
pub fn divided(words: &str) -> Vec<Vec<u8>> {
    /// Characters of a text that is whole, and of each part of one that is divided.
    const WHOLE: usize = 70;
    const PART: usize = 67;
    let units: Vec<u16> = words.encode_utf16().collect();
    let width = if units.len() <= WHOLE { WHOLE } else { PART };
    units
        .chunks(width)
        .map(|part| part.iter().flat_map(|unit| unit.to_be_bytes()).collect())
        .collect()
}

/// Something that the gateway says by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivered {
    /// What became of a text.
    Report {
        /// The text's number at the gateway.
        text: u64,
        /// To where it went.
        phone: String,
        /// `DELIVRD`, or why not.
        status: String,
    },
    /// What a phone answered.
    Reply {
        /// From where.
        phone: String,
        /// What it says.
        words: String,
    },
}

/// Reads fixed-width fields; every one can turn out to be missing.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn take(&mut self, width: usize) -> Option<&'a [u8]> {
        let (field, rest) = self.0.split_at_checked(width)?;
        self.0 = rest;
        Some(field)
    }

    fn octet(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn number(&mut self) -> Option<u64> {
        self.take(8)?.first_chunk().copied().map(u64::from_be_bytes)
    }

    fn text(&mut self, width: usize) -> Option<String> {
        let field = self.take(width)?;
        let end = field.iter().position(|byte| *byte == 0).unwrap_or(width);
        Some(String::from_utf8_lossy(field.get(..end)?).trim().to_owned())
    }
}

/// The status and the proof of a gateway's answer to a login.
pub fn connect_answer(body: &[u8]) -> Option<(u8, [u8; 16])> {
    let mut fields = Fields(body);
    Some((fields.octet()?, *fields.take(16)?.first_chunk()?))
}

/// The number and the result of a gateway's answer to a text.
pub fn submit_answer(body: &[u8]) -> Option<(u64, u8)> {
    let mut fields = Fields(body);
    Some((fields.number()?, fields.octet()?))
}

/// What a gateway says by itself, and under which number it wants to be answered (7.4.5).
pub fn delivered(body: &[u8]) -> Option<(u64, Delivered)> {
    let mut fields = Fields(body);
    let id = fields.number()?;
    fields.take(21 + 10 + 1 + 1)?;
    let format = fields.octet()?;
    let phone = fields.text(21)?;
    let is_report = fields.octet()? == 1;
    let length = fields.octet()?;
    let content = fields.take(usize::from(length))?;
    if !is_report {
        let words = words(format, content);
        return Some((id, Delivered::Reply { phone, words }));
    }
    let mut report = Fields(content);
    let text = report.number()?;
    let status = report.text(7)?;
    report.take(10 + 10)?;
    let phone = report.text(21)?;
    Some((id, Delivered::Report { text, phone, status }))
}

/// The characters of a reply; those that cannot be read are replaced. A wish for no more texts is read in every format, because its letters are.
fn words(format: u8, content: &[u8]) -> String {
    if format == 8 {
        let units = content.as_chunks::<2>().0.iter().map(|pair| u16::from_be_bytes(*pair));
        return char::decode_utf16(units)
            .map(|unit| unit.unwrap_or('\u{fffd}'))
            .collect();
    }
    String::from_utf8_lossy(content).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A report, as a gateway writes it.
    fn report(text: u64, status: &str) -> Vec<u8> {
        let mut content = text.to_be_bytes().to_vec();
        super::text(&mut content, status, 7);
        super::text(&mut content, "26112308002611230801", 20);
        super::text(&mut content, "13800000001", 21);
        content.extend([0; 4]);
        let mut body = 9_u64.to_be_bytes().to_vec();
        super::text(&mut body, "", 33);
        body.push(0);
        super::text(&mut body, "13800000001", 21);
        body.extend([1, u8::try_from(content.len()).unwrap()]);
        body.extend(content);
        body.extend([0; 8]);
        body
    }

    #[test]
    fn a_login_is_as_long_as_the_protocol_says_and_proves_the_secret() {
        let body = connect("900001", "sandbox", 1_123_080_000);
        assert_eq!(body.len(), 27);
        assert_eq!(body.get(6..22).unwrap(), proof("900001", "sandbox", 1_123_080_000));
        assert_ne!(proof("900001", "sandbox", 1), proof("900001", "Sandbox", 1));
    }

    #[test]
    fn a_part_has_every_field_in_its_place() {
        let content = [0x4e, 0x00];
        let part = |total| Part {
            total,
            number: 1,
            reference: 7,
            source: "900001",
            service_number: "10690001",
            phone: "13800000001",
            content: &content,
        };
        // Without a phone and a content a body has 126 octets (7.4.3.1, with 21 more for the phone).
        assert_eq!(part(1).body().len(), 126 + 21 + 2);
        assert_eq!(part(2).body().len(), 126 + 21 + 2 + 6);
        assert!(part(2).body().windows(6).any(|window| window == [5, 0, 3, 7, 2, 1]));
    }

    #[test]
    fn a_report_and_a_reply_are_read() {
        let (id, told) = delivered(&report(42, "DELIVRD")).unwrap();
        let expected = Delivered::Report {
            text: 42,
            phone: "13800000001".into(),
            status: "DELIVRD".into(),
        };
        assert_eq!((id, told), (9, expected));
        assert_eq!(words(8, &[0x90, 0x00, 0x8b, 0xa2]), "退订");
        assert_eq!(words(0, b"TD"), "TD");
    }

    #[test]
    fn a_long_text_is_divided_and_a_short_one_is_not() {
        assert_eq!(divided(&"一".repeat(70)).len(), 1);
        let parts = divided(&"一".repeat(71));
        assert_eq!(parts.iter().map(Vec::len).collect::<Vec<_>>(), [134, 8]);
    }

    proptest! {
        #[test]
        fn no_body_makes_a_reader_panic(body in prop::collection::vec(any::<u8>(), 0..600)) {
            let _ = (connect_answer(&body), submit_answer(&body), delivered(&body));
        }

        #[test]
        fn a_report_that_is_cut_or_altered_is_never_read_as_another_text(
            cut in 0usize..200, at in 0usize..120, bit in 0u8..8,
        ) {
            let whole = report(42, "DELIVRD");
            if let Some((_, told)) = whole.get(..cut.min(whole.len())).and_then(delivered) {
                prop_assert!(matches!(told, Delivered::Report { text: 42, .. }), "{told:?}");
            }
            let mut altered = whole;
            if let Some(byte) = altered.get_mut(at) {
                *byte ^= 1 << bit;
            }
            let _ = delivered(&altered);
        }

        #[test]
        fn the_parts_of_a_text_come_to_the_whole(words in "\\PC{1,300}") {
            let units: Vec<u8> = words.encode_utf16().flat_map(u16::to_be_bytes).collect();
            let parts = divided(&words);
            prop_assert!(parts.iter().all(|part| part.len() <= 140));
            prop_assert_eq!(parts.concat(), units);
        }

        #[test]
        fn a_number_is_a_command_only_if_it_is_spoken_here(number: u32) {
            prop_assert_eq!(Command::of(number).is_none_or(|command| command.number() == number), true);
        }
    }
}
