/** A layer of heat: each place glows by its value, glows add up, and the sum is coloured by one ramp. */
import type { Size, World } from "./map-projection.ts";

/** The layer is drawn this much coarser than the screen; it is blurred anyway. */
const COARSE = 3;
/** From nothing to the most: violet, magenta, pale. Lightness rises all the way, so it reads without colour. */
export const RAMP: readonly (readonly [red: number, green: number, blue: number])[] = [
  [38, 24, 84],
  [86, 38, 138],
  [152, 54, 158],
  [214, 92, 166],
  [248, 158, 196],
  [255, 224, 240],
];
/** How strongly the hottest place glows by itself: three of them together reach the ramp's end. */
const STRENGTH = 0.38;

let layer: HTMLCanvasElement | null = null;

export function drawHeat(
  pen: CanvasRenderingContext2D,
  places: readonly { readonly at: World; readonly heat: number }[],
  place: (world: World) => World,
  size: Size,
  radius_px: number,
): void {
  const most = places.reduce((top, { heat }) => Math.max(top, heat), 0);
  if (most === 0) return;
  layer ??= document.createElement("canvas");
  [layer.width, layer.height] = [Math.ceil(size.width / COARSE), Math.ceil(size.height / COARSE)];
  const brush = layer.getContext("2d", { willReadFrequently: true })!;
  const radius = radius_px / COARSE;
  const glow = glowOf(radius);
  brush.globalCompositeOperation = "lighter";
  for (const { at, heat } of places) {
    const { x, y } = place(at);
    brush.globalAlpha = STRENGTH * (heat / most);
    brush.drawImage(glow, x / COARSE - radius, y / COARSE - radius);
  }
  const image = brush.getImageData(0, 0, layer.width, layer.height);
  colour(image.data);
  brush.putImageData(image, 0, 0);
  pen.imageSmoothingQuality = "high";
  pen.drawImage(layer, 0, 0, layer.width * COARSE, layer.height * COARSE);
}

function glowOf(radius: number): HTMLCanvasElement {
  const glow = document.createElement("canvas");
  glow.width = glow.height = Math.ceil(radius * 2);
  const brush = glow.getContext("2d")!;
  const fade = brush.createRadialGradient(radius, radius, 0, radius, radius, radius);
  for (const at of [0, 0.25, 0.5, 0.75, 1]) fade.addColorStop(at, `rgb(255 255 255 / ${(1 - at * at) ** 2})`);
  brush.fillStyle = fade;
  brush.fillRect(0, 0, glow.width, glow.height);
  return glow;
}

/** Alpha is the sum; it becomes a colour of the ramp, and stays transparent where it is small. */
function colour(data: Uint8ClampedArray): void {
  for (let i = 0; i < data.length; i += 4) {
    const sum = data[i + 3]! / 255;
    if (sum === 0) continue;
    const at = sum * (RAMP.length - 1);
    const low = RAMP[Math.floor(at)]!;
    const high = RAMP[Math.min(RAMP.length - 1, Math.floor(at) + 1)]!;
    for (let c = 0; c < 3; c++) data[i + c] = low[c]! + (high[c]! - low[c]!) * (at % 1);
    data[i + 3] = 255 * Math.min(0.78, sum * 2);
  }
}
