//! Look-ups that arrive while one is under way share the next query.
//!
//! A busy instance is asked the same kind of question by many requests at once. A query for each costs mostly the way to the database and
//! back; one for all of them costs that way once. Whoever asks alone is answered as fast as before.

use std::{collections::HashMap, fmt, hash::Hash};

use tokio::sync::{mpsc, oneshot};

use crate::problem::Failure;

/// How many look-ups share a query at most; a longer one is no cheaper for each.
const TOGETHER: usize = 64;

/// Answers look-ups of one kind together.
pub struct Gather<K, V>(mpsc::UnboundedSender<Asked<K, V>>);

struct Asked<K, V> {
    key: K,
    answer: oneshot::Sender<Result<Option<V>, Failure>>,
}

impl<K, V> Clone for Gather<K, V> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K, V> fmt::Debug for Gather<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Gather")
    }
}

impl<K, V> Gather<K, V>
where
    K: Clone + Eq + Hash + Send + 'static,
    V: Clone + Send + 'static,
{
    /// Starts answering with this way to find many at once. It ends when the last handle is dropped.
    pub fn by<F, Found>(find: F) -> Self
    where
        F: Fn(Vec<K>) -> Found + Send + 'static,
        Found: Future<Output = Result<HashMap<K, V>, Failure>> + Send,
    {
        let (queue, mut waiting) = mpsc::unbounded_channel::<Asked<K, V>>();
        tokio::spawn(async move {
            while let Some(first) = waiting.recv().await {
                let mut asked = vec![first];
                while asked.len() < TOGETHER
                    && let Ok(next) = waiting.try_recv()
                {
                    asked.push(next);
                }
                let found = find(asked.iter().map(|asked| asked.key.clone()).collect()).await;
                for Asked { key, answer } in asked {
                    let answered = match &found {
                        Ok(found) => Ok(found.get(&key).cloned()),
                        Err(failure) => Err(Failure::of_all("a look-up failed", failure)),
                    };
                    // Whoever has hung up does not wait for an answer.
                    let _gone = answer.send(answered);
                }
            }
        });
        Self(queue)
    }

    /// What is found under a key.
    pub async fn find(&self, key: K) -> Result<Option<V>, Failure> {
        let (answer, answered) = oneshot::channel();
        // After the instance has stopped answering, both ends are gone.
        self.0
            .send(Asked { key, answer })
            .map_err(|_stopped| Failure::from(&shared::problem::UNAVAILABLE))?;
        answered
            .await
            .map_err(|_stopped| Failure::from(&shared::problem::UNAVAILABLE))?
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    use super::*;

    /// Finds even numbers, and counts how often it is asked.
    fn evens(asked: &Arc<AtomicUsize>) -> Gather<u32, String> {
        let asked = Arc::clone(asked);
        Gather::by(move |keys: Vec<u32>| {
            asked.fetch_add(1, Ordering::SeqCst);
            async move {
                tokio::task::yield_now().await;
                let even = keys.into_iter().filter(|key| key % 2 == 0);
                Ok(even.map(|key| (key, format!("{key} is even"))).collect())
            }
        })
    }

    #[tokio::test]
    async fn each_gets_the_answer_to_its_own_question() {
        let gather = evens(&Arc::default());
        let answers = futures::future::join_all((0..200).map(|key| gather.find(key))).await;
        for (key, answer) in (0..200_u32).zip(answers) {
            let expected = (key % 2 == 0).then(|| format!("{key} is even"));
            assert_eq!(answer.unwrap(), expected);
        }
    }

    #[tokio::test]
    async fn those_who_ask_together_share_a_query() {
        let asked = Arc::default();
        let gather = evens(&asked);
        futures::future::join_all((0..128).map(|key| gather.find(key))).await;
        assert!(asked.load(Ordering::SeqCst) <= 4, "{asked:?}");
    }

    #[tokio::test]
    async fn a_query_that_fails_fails_for_all_who_share_it_and_for_no_other() {
        let gather: Gather<u32, u32> = Gather::by(|keys: Vec<u32>| async move {
            if keys.contains(&0) {
                Err(Failure::from(&shared::problem::UNAVAILABLE))
            } else if keys.contains(&2) {
                Err(Failure::Fault(anyhow::anyhow!("an index is missing")))
            } else {
                Ok(HashMap::new())
            }
        });
        // That the database is away is no fault for whoever shares the query either.
        assert!(matches!(gather.find(0).await, Err(Failure::Rejected(problem)) if problem.status == 503));
        assert!(matches!(gather.find(2).await, Err(Failure::Fault(_))));
        assert!(gather.find(1).await.is_ok());
    }
}
