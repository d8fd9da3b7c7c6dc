// The bytes of photos that wait to be sent, by their SHA-256; in forms they stand as "local-<sha>:name".
import { put } from './store.js';

export async function keepBlob(blob) {
  const digest = await crypto.subtle.digest('SHA-256', await blob.arrayBuffer());
  const key = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  await put('blobs', key, blob);
  return key;
}
