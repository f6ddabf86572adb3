/** Where the places of the picture of exposure stand, and how its paths run. Units of the picture: a phone shows most of them. */
import type { Zone } from "../../model/path.ts";

export const width = 480;
export const height = 536;

export interface Box {
  readonly zone: Zone;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly lines: readonly string[];
}

const box = (zone: Zone, x: number, y: number, w: number, ...lines: readonly string[]): Box => ({
  zone,
  x,
  y,
  width: w,
  height: 44,
  lines,
});

/** From outside, at the top, to what pods reach, at the bottom. The internet stands at both ends. */
export const boxes: readonly Box[] = [
  box("vpc", 2, 8, 138, "VPC and networks", "joined to it"),
  box("internet", 180, 8, 150, "Internet"),
  box("named-ranges", 358, 8, 118, "Ranges that are", "named"),
  box("kubelet", 6, 182, 104, "Kubelet"),
  box("endpoint", 126, 182, 108, "API server"),
  box("nodes", 250, 182, 88, "Nodes"),
  box("load-balancers", 369, 182, 109, "Load balancers"),
  box("pods", 20, 366, 128, "Any pod"),
  box("workloads", 332, 366, 128, "Other pods"),
  box("instance-metadata", 2, 484, 134, "Instance metadata"),
  box("internet", 180, 484, 150, "Internet"),
];

/** What is inside the cluster's network of pods. */
export const podNetwork = { x: 6, y: 352, width: 468, height: 72, name: "Pod network" };

type Point = readonly [number, number];

/** A cubic curve of Bézier's. */
export interface Curve {
  readonly points: readonly [Point, Point, Point, Point];
  /** Where on it its label stands: 0 is its start, 1 its end. */
  readonly label: number;
}

const curve = (label: number, ...points: Curve["points"]): Curve => ({ points, label });

/** By "from>to". */
export const curves: Readonly<Record<string, Curve>> = {
  "vpc>kubelet": curve(0.45, [46, 52], [46, 100], [46, 130], [46, 180]),
  "vpc>endpoint": curve(0.6, [104, 52], [104, 110], [158, 120], [158, 180]),
  "internet>endpoint": curve(0.45, [212, 52], [212, 110], [192, 120], [192, 180]),
  "internet>nodes": curve(0.72, [252, 52], [252, 110], [288, 120], [288, 180]),
  "internet>load-balancers": curve(0.52, [312, 52], [312, 110], [404, 120], [404, 180]),
  "internet>workloads": curve(0.82, [284, 52], [300, 150], [380, 130], [376, 364]),
  "named-ranges>endpoint": curve(0.2, [386, 52], [386, 100], [218, 80], [218, 180]),
  "named-ranges>load-balancers": curve(0.72, [446, 52], [446, 100], [446, 130], [446, 180]),
  "nodes>endpoint": curve(0.5, [276, 226], [276, 258], [206, 258], [206, 228]),
  "nodes>workloads": curve(0.62, [316, 226], [316, 290], [350, 310], [350, 364]),
  "load-balancers>workloads": curve(0.45, [428, 226], [428, 280], [426, 310], [426, 364]),
  "pods>kubelet": curve(0.5, [50, 366], [50, 320], [50, 270], [50, 228]),
  "pods>endpoint": curve(0.5, [90, 366], [90, 310], [166, 290], [166, 228]),
  "pods>nodes": curve(0.6, [130, 366], [130, 310], [260, 320], [260, 228]),
  "pods>workloads": curve(0.5, [148, 388], [200, 388], [280, 388], [330, 388]),
  "pods>instance-metadata": curve(0.55, [62, 410], [62, 440], [62, 460], [62, 482]),
  "pods>internet": curve(0.5, [116, 410], [116, 458], [240, 434], [240, 482]),
};

/** Of an SVG path. */
export const pathOf = ({ points: [start, ...rest] }: Curve): string => `M${start.join()}C${rest.map((point) => point.join()).join(" ")}`;

export function labelOf({ points: [a, b, c, d], label: t }: Curve): Point {
  const at = (i: 0 | 1): number => (1 - t) ** 3 * a[i] + 3 * (1 - t) ** 2 * t * b[i] + 3 * (1 - t) * t ** 2 * c[i] + t ** 3 * d[i];
  return [Math.round(at(0)), Math.round(at(1))];
}
