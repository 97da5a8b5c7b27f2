//! Calls of a soak: JSON over a connection of its own each, so that a killed server costs one call and nothing more.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::bureau::Place;

/// The longest that an answer may take.
const LIMIT: Duration = Duration::from_secs(30);

/// Calls, and gives the status and the body; null when it is not JSON.
pub fn call(address: SocketAddr, method: &str, path: &str, body: Option<&Value>) -> Result<(u16, Value)> {
    call_as(address, None, method, path, body)
}

/// The same, in the name of whoever holds a token.
pub fn call_as(
    address: SocketAddr,
    token: Option<&str>,
    method: &str,
    path: &str,
    body: Option<&Value>,
) -> Result<(u16, Value)> {
    let token = token.map(|token| format!("Authorization: Bearer {token}\r\n"));
    exchange(address, &token.unwrap_or_default(), method, path, body)
}

/// Sends a wish under a key, by which it is carried out once however often it is sent.
pub fn wish(address: SocketAddr, token: &str, key: &str, path: &str, body: &Value) -> Result<(u16, Value)> {
    let headers = format!("Authorization: Bearer {token}\r\nIdempotency-Key: {key}\r\n");
    exchange(address, &headers, "POST", path, Some(body))
}

fn exchange(
    address: SocketAddr,
    headers: &str,
    method: &str,
    path: &str,
    body: Option<&Value>,
) -> Result<(u16, Value)> {
    let mut stream = TcpStream::connect_timeout(&address, LIMIT)?;
    stream.set_read_timeout(Some(LIMIT))?;
    let body = body.map(Value::to_string).unwrap_or_default();
    // An answer in the older version is never cut into chunks.
    write!(
        stream,
        "{method} {path} HTTP/1.0\r\nHost: {address}\r\n{headers}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let text = String::from_utf8_lossy(&answer);
    let (head, body) = text.split_once("\r\n\r\n").context("no answer")?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    Ok((
        status.context("no status")?,
        serde_json::from_str(body).unwrap_or(Value::Null),
    ))
}

/// Signs one of the staff in with the demonstration's password and the code of the moment; the token.
pub fn staff_session(place: &Place, username: &str) -> Result<String> {
    let (_, shown) = call(place.sandbox, "GET", "/authenticator/codes", None)?;
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(ToOwned::to_owned);
    let accounts = shown.get("items").and_then(Value::as_array);
    let account = accounts
        .into_iter()
        .flatten()
        .find(|one| text(one, "username").as_deref() == Some(username));
    let account = account.with_context(|| format!("there is no {username}"))?;
    let credentials = json!({
        "username": username,
        "password": text(&shown, "password"),
        "totp": text(account, "code"),
    });
    let (status, session) = call(place.server, "POST", "/api/v1/auth/staff-sessions", Some(&credentials))?;
    ensure!(status == 201, "{username} cannot sign in: {session}");
    text(&session, "access_token").context("a session has a token")
}
