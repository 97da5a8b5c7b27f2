// The browser's own reader of codes, which phones with Android mostly have.

export function has() {
  return "BarcodeDetector" in window;
}

let reader = null;

// What the code in a picture says, or nothing.
export async function read(picture) {
  reader = reader || new BarcodeDetector({ formats: ["qr_code"] });
  const [code] = await reader.detect(picture);
  return code ? code.rawValue : null;
}
