//! One address before several instances, as a load balancer has it: each new connection goes to the next one that is there.

use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::Result;

/// An instance on this machine answers at once or is not there.
const CONNECT_WITHIN: Duration = Duration::from_millis(500);

/// Listens, and goes on listening for as long as the program runs.
pub fn listen(instances: Vec<SocketAddr>) -> Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let instances: Arc<[SocketAddr]> = instances.into();
    thread::spawn(move || {
        let turn = AtomicUsize::new(0);
        for caller in listener.incoming().flatten() {
            let instances = Arc::clone(&instances);
            let first = turn.fetch_add(1, Ordering::Relaxed);
            thread::spawn(move || {
                // Whoever finds no instance, or loses it, is cut off: that is what a caller sees when a machine dies.
                let _ended = first_there(&instances, first).map_or(Ok(()), |instance| pass(caller, instance));
            });
        }
    });
    Ok(address)
}

fn first_there(instances: &[SocketAddr], first: usize) -> Option<TcpStream> {
    let turns = instances.iter().cycle().skip(first % instances.len().max(1));
    turns
        .take(instances.len())
        .find_map(|instance| TcpStream::connect_timeout(instance, CONNECT_WITHIN).ok())
}

/// Copies both ways until either side ends.
fn pass(caller: TcpStream, instance: TcpStream) -> io::Result<()> {
    caller.set_nodelay(true)?;
    instance.set_nodelay(true)?;
    let (to_caller, from_instance) = (caller.try_clone()?, instance.try_clone()?);
    let answers = thread::spawn(move || copy_and_close(from_instance, to_caller));
    copy_and_close(caller, instance);
    let _ended = answers.join();
    Ok(())
}

fn copy_and_close(mut from: TcpStream, mut to: TcpStream) {
    let _copied = io::copy(&mut from, &mut to);
    // One that is gone already needs no closing.
    let _closed = to.shutdown(Shutdown::Write);
}
