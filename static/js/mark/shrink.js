// How does a photo of several megabytes become one that a weak network carries?

const QUALITIES = [0.85, 0.75, 0.65, 0.55];
const SMALLER = 0.75;
const SMALLEST_PX = 640;
const THUMB_PX = 160;

/** A JPEG of at most so many kilobytes; the photo as it is where this browser cannot open it (HEIC). @param {Blob} photo @param {{px: number, kb: number}} most @returns {Promise<Blob>} */
export async function shrink(photo, most) {
  const bytes = most.kb * 1024;
  if (photo.type === "image/jpeg" && photo.size <= bytes) return photo;
  const image = await opened(photo);
  if (!image) return photo;
  for (let px = most.px; px >= SMALLEST_PX; px *= SMALLER) {
    for (const quality of QUALITIES) {
      const blob = await asJpeg(drawn(image, px), quality);
      if (blob.size <= bytes) return blob;
    }
  }
  return asJpeg(drawn(image, SMALLEST_PX), QUALITIES[QUALITIES.length - 1]);
}

/** A small square picture for lists, or null. @param {Blob} photo @returns {Promise<Blob | null>} */
export async function thumbnail(photo) {
  const image = await opened(photo);
  if (!image) return null;
  const side = Math.min(image.naturalWidth, image.naturalHeight);
  const canvas = Object.assign(document.createElement("canvas"), { width: THUMB_PX, height: THUMB_PX });
  const [x, y] = [(image.naturalWidth - side) / 2, (image.naturalHeight - side) / 2];
  canvas.getContext("2d")?.drawImage(image, x, y, side, side, 0, 0, THUMB_PX, THUMB_PX);
  return asJpeg(canvas, 0.7);
}

// An image element turns the photo upright by itself, in browsers of any age that we support.
/** @param {Blob} photo @returns {Promise<HTMLImageElement | null>} */
async function opened(photo) {
  const image = new Image();
  const url = URL.createObjectURL(photo);
  try {
    image.src = url;
    await image.decode();
    return image;
  } catch {
    return null;
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** @param {HTMLImageElement} image @param {number} px */
function drawn(image, px) {
  const scale = Math.min(1, px / Math.max(image.naturalWidth, image.naturalHeight));
  const width = Math.round(image.naturalWidth * scale);
  const height = Math.round(image.naturalHeight * scale);
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  canvas.getContext("2d")?.drawImage(image, 0, 0, width, height);
  return canvas;
}

/** @param {HTMLCanvasElement} canvas @param {number} quality @returns {Promise<Blob>} */
function asJpeg(canvas, quality) {
  return new Promise((resolve, reject) => {
    const done = (/** @type {Blob | null} */ blob) =>
      blob ? resolve(blob) : reject(new Error("照片无法压缩"));
    canvas.toBlob(done, "image/jpeg", quality);
  });
}
