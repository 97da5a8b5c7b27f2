//! The program itself is killed while it sends, again and again.

use std::{
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
};

use serde_json::json;

use super::phones::{Phones, eventually};
use crate::support::{Client, root};

const RESIDENTS: usize = 60;
const KILLS: usize = 6;

struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ended = self.0.kill();
        let _status = self.0.wait();
    }
}

fn bianmin(command: &str, data: &Path, listen: &str, sandbox: &str) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_bianmin"));
    program
        .arg(command)
        .current_dir(root())
        .env("BIANMIN_LISTEN", listen)
        .env("BIANMIN_DATA_DIR", data)
        .env("BIANMIN_SANDBOX_URL", sandbox)
        .env("BIANMIN_LOG", "off")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    program
}

/// Codes are asked for while the program is killed; leases run out in real time, so this takes two minutes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "it takes two minutes: a killed program's leases run out in real time"]
async fn no_code_is_lost_or_doubled_when_the_program_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let listen = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .to_string();
    let address = format!("http://{listen}");
    let phones = Phones::start(&address);
    // Answers come late, so that a kill mostly meets calls under way; some are lost before they are looked at, and half of the
    // reports never come, so that the provider has to be asked.
    for target in ["sms-aliyun", "sms-tencent"] {
        phones
            .fault(json!({ "target": target, "kind": "delay", "ms": 150 }))
            .await;
        phones
            .fault(json!({ "target": target, "kind": "timeout-after-accept", "ms": 150 }))
            .await;
        phones
            .fault(json!({ "target": target, "kind": "drop", "rate": 0.1, "seed": 7, "count": 6 }))
            .await;
        phones
            .fault(json!({ "target": target, "kind": "lost-report", "rate": 0.5, "seed": 8 }))
            .await;
    }
    assert!(
        bianmin("import", folder.path(), &listen, &phones.address)
            .arg("content/yunchuan")
            .status()
            .unwrap()
            .success()
    );
    let client = Client::new(&address, None);
    let numbers: Vec<String> = (0..RESIDENTS).map(|number| format!("139{number:08}")).collect();
    for part in numbers.chunks(RESIDENTS.div_ceil(KILLS)) {
        let program = Program(
            bianmin("serve", folder.path(), &listen, &phones.address)
                .spawn()
                .unwrap(),
        );
        eventually("the server", 20, async || {
            let alive = client.outside(reqwest::Method::GET, "/healthz").send().await;
            alive.is_ok_and(|answer| answer.status().is_success()).then_some(())
        })
        .await;
        for number in part {
            client
                .post("/auth/sms-codes", json!({"phone": number, "purpose": "login"}))
                .await
                .expect(202);
        }
        // The last ones have been promised, and not been sent.
        drop(program);
    }
    let _program = Program(
        bianmin("serve", folder.path(), &listen, &phones.address)
            .spawn()
            .unwrap(),
    );
    let mut waiting = numbers.clone();
    while let Some(number) = waiting.last() {
        eventually("a text", 240, async || {
            (!phones.texts(number).await.is_empty()).then_some(())
        })
        .await;
        waiting.pop();
    }
    for number in &numbers {
        assert_eq!(phones.texts(number).await.len(), 1, "{number}");
    }
}
