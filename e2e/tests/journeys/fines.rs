//! Fines: paid inside WeChat, in another browser, and from a screen by another phone.

use serde_json::json;

use crate::support::{Browser, Resident, decide, orders, sandbox, text_to};

/// What the sandbox's bridge wants pressed.
const CONFIRM: &str = "确认支付";
const CANCEL: &str = "取消";

/// A browser of a phone, as it names itself.
const PHONE: &str =
    "Mozilla/5.0 (Linux; Android 14; Phone) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Mobile Safari/537.36";

/// The resident of a journey, and what is decided against them.
struct Fined {
    phone: &'static str,
    name: &'static str,
    id_number: &'static str,
}

impl Fined {
    async fn gets(&self, number: &str, fine_fen: i64, facts: &str) {
        decide(self.name, self.id_number, number, fine_fen, facts).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn inside_wechat_one_decision_is_paid_and_another_after_it_was_cancelled() {
    let who = Fined {
        phone: "13800000041",
        name: "谢超",
        id_number: "539901194706304192",
    };
    let phone = Browser::wechat("fines").await;
    let resident = Resident::signs_in(who.phone).await;
    phone.becomes_the_phone_of(&resident).await;
    who.gets("5399900000000411", 15_000, "违反规定停放机动车，妨碍其他车辆、行人通行")
        .await;
    who.gets("5399900000000412", 20_000, "驾驶机动车违反道路交通信号灯通行")
        .await;

    phone.opens("/fines").await;
    phone.sees("待缴罚款，共2笔").await;
    phone.sees("¥350.00").await;
    phone.sees("近12个月记分").await;
    phone.shows("01-list").await;

    phone.presses("违反规定停放机动车").await;
    phone.sees("微信支付").await;
    phone.sees("¥150.00").await;
    phone.shows("02-decision").await;
    // WeChat is asked first who pays, and leads back here with the answer.
    phone.presses("微信支付").await;
    phone.sees(CONFIRM).await;
    phone.picture("03-cashier").await;
    phone.presses(CONFIRM).await;
    phone.arrives_at("/payments/").await;
    phone.sees("款项已到财政专户").await;
    phone.picture("04-paid").await;
    phone.sees("缴款完成").await;
    phone.sees("校验码").await;
    phone.shows("05-receipt").await;
    let printed = "const done = arguments[0];
        const file = document.querySelector('a[href$=\"receipt.pdf\"]').href;
        fetch(file).then(async (r) => done([r.status, r.headers.get('content-type'), (await r.blob()).size > 2000]))";
    assert_eq!(
        phone.asks_and_waits(printed).await,
        json!([200, "application/pdf", true])
    );
    assert!(text_to(who.phone, "payment-received").await.contains("150.00"));

    phone.presses("缴下一笔 ¥200.00").await;
    phone.arrives_at("/fines/").await;
    phone.presses("微信支付").await;
    phone.presses(CANCEL).await;
    phone.arrives_at("/payments/").await;
    phone.sees("还没有扣款").await;
    phone.sees_no_more("已取消").await;
    phone.shows("06-cancelled").await;
    let begun = orders("5399900000000412").await;
    assert_eq!((begun.len(), &begun[0]["trade_state"]), (1, &json!("NOTPAY")));

    phone.presses("微信支付").await;
    phone.presses(CONFIRM).await;
    phone.sees("款项已到财政专户").await;
    phone.sees("缴款完成").await;
    phone.shows("07-paid-again").await;
    let ended = orders("5399900000000412").await;
    assert_eq!((ended.len(), &ended[0]["trade_state"]), (1, &json!("SUCCESS")));
    assert_eq!(ended[0]["out_trade_no"], begun[0]["out_trade_no"], "the same order");

    phone.opens("/fines").await;
    phone.sees("目前没有待缴的罚款").await;
    phone.sees("缴款记录和票据").await;
    phone.shows("08-list-after").await;
    phone.leaves().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn another_browser_leads_to_wechat_and_back() {
    let who = Fined {
        phone: "13800000042",
        name: "马若曦",
        id_number: "539921200105221029",
    };
    let phone = Browser::phone("fines").await;
    phone.says_it_is(PHONE).await;
    let resident = Resident::signs_in(who.phone).await;
    phone.becomes_the_phone_of(&resident).await;
    who.gets("5399900000000421", 10_000, "驾驶机动车不按规定使用灯光").await;
    phone.opens("/fines").await;
    phone.presses("驾驶机动车不按规定使用灯光").await;
    phone.sees("扫码支付").await;
    phone.shows("11-browser").await;
    phone.presses("微信支付").await;
    phone.sees("微信支付（沙箱）").await;
    phone.picture("12-cashier").await;
    phone.presses(CONFIRM).await;
    phone.arrives_at("/payments/").await;
    phone.sees("缴款完成").await;
    phone.shows("13-paid").await;
    phone.leaves().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_code_on_a_screen_is_paid_by_a_phone_that_scans_it() {
    let who = Fined {
        phone: "13800000043",
        name: "郭永福",
        id_number: "539921197710043190",
    };
    let desk = Browser::desk("fines").await;
    let resident = Resident::signs_in(who.phone).await;
    desk.becomes_the_phone_of(&resident).await;
    who.gets("5399900000000431", 5_000, "驾驶机动车未按规定让行").await;
    desk.opens("/fines").await;
    desk.presses("驾驶机动车未按规定让行").await;
    desk.presses("扫码支付").await;
    desk.arrives_at("/payments/").await;
    desk.sees("请打开另一部手机的微信").await;
    desk.shows("21-code").await;
    let code = scanned(&desk).await;
    assert!(code.starts_with("weixin://wxpay/"), "{code}");

    let phone = Browser::phone("fines").await;
    let cashier = format!("{}/wechat/pay/native", sandbox());
    let cashier = reqwest::Url::parse_with_params(&cashier, [("code_url", code)]).unwrap();
    phone.opens(cashier.as_str()).await;
    phone.presses(CONFIRM).await;
    phone.sees("支付成功").await;
    phone.leaves().await;
    desk.sees("缴款完成").await;
    desk.shows("22-paid").await;
    desk.leaves().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn whoever_pays_for_another_sees_no_more_than_paying_needs() {
    let who = Fined {
        phone: "13800000044",
        name: "陶芳",
        id_number: "53990219440306196X",
    };
    who.gets("5399900000000441", 15_000, "驾驶机动车逆向行驶").await;
    let phone = Browser::phone("fines").await;
    phone.says_it_is(PHONE).await;
    let resident = Resident::signs_in("13800000045").await;
    phone.becomes_the_phone_of(&resident).await;
    phone.opens("/fines").await;
    phone.sees("替他人缴款").await;
    phone.types("decision-no", "5399900000000441").await;
    phone.types("person", who.name).await;
    phone.shows("31-lookup").await;
    phone.presses("查询").await;
    phone.arrives_at("/fines/").await;
    phone.sees("¥150.00").await;
    let shown = phone.reads().await;
    assert!(
        !shown.contains("逆向行驶") && !shown.contains(who.name) && shown.contains("陶*"),
        "{shown}"
    );
    phone.shows("32-for-another").await;
    phone.leaves().await;
}

/// What a phone reads in the code on a screen.
async fn scanned(browser: &Browser) -> String {
    let pixels = browser
        .asks_and_waits(
            "const done = arguments[0];
             const image = document.querySelector('.slip img');
             image.decode().then(() => {
                 const side = 400;
                 const canvas = Object.assign(document.createElement('canvas'), { width: side, height: side });
                 const paper = canvas.getContext('2d');
                 paper.fillStyle = '#fff';
                 paper.fillRect(0, 0, side, side);
                 paper.drawImage(image, 20, 20, side - 40, side - 40);
                 const colours = paper.getImageData(0, 0, side, side).data;
                 done([...colours].filter((_, at) => at % 4 === 0));
             }, (error) => done(`${error}`));",
        )
        .await;
    let pixels: Vec<u8> = pixels
        .as_array()
        .unwrap_or_else(|| panic!("the code cannot be seen: {pixels}"))
        .iter()
        .map(|grey| u8::try_from(grey.as_u64().unwrap()).unwrap())
        .collect();
    let mut picture = rqrr::PreparedImage::prepare_from_greyscale(400, 400, |x, y| pixels[y * 400 + x]);
    let grids = picture.detect_grids();
    let (_, text) = grids.first().expect("a code").decode().unwrap();
    text
}
