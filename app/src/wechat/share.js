// Sharing outside WeChat: the system's own sheet where there is one, else the clipboard.

// Resolves to whether the link was copied; rejects when neither was possible.
export async function send(title, text, url) {
  if (navigator.share) {
    try {
      await navigator.share({ title, text, url });
      return false;
    } catch (refused) {
      // Whoever closes the sheet wants nothing else instead.
      if (refused.name === "AbortError") return false;
    }
  }
  return copy(url);
}

// Resolves to true once the link is copied; rejects when the browser does not allow it.
export async function copy(url) {
  await navigator.clipboard.writeText(url);
  return true;
}
