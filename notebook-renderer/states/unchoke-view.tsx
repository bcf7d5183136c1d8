/** The unchoke graph, drawn: an arrow from who uploads to who may download; a thick one where both do. */
import type { UnchokeGraph } from './unchoke-graph.ts';

const RADIUS = 92;
const DOT = 5;
const WIDTH = 340;
const HEIGHT = 260;

export function UnchokeView({ torrent, peers, edges }: UnchokeGraph) {
  const x = (peer: number): number => WIDTH / 2 + RADIUS * peers[peer]!.x;
  const y = (peer: number): number => HEIGHT / 2 + RADIUS * peers[peer]!.y;
  const label = `Who unchokes whom in ${torrent}: ${edges.map(({ from, to }) => `${peers[from]!.host} ${peers[to]!.host}`).join(', ')}`;
  return (
    <figure class="ns-unchokes">
      <figcaption>
        <b>{torrent}</b>: who unchokes whom <span class="ns-dim">(thick: both ways; dashed: optimistic)</span>
      </figcaption>
      <svg width={WIDTH} height={HEIGHT} role="img" aria-label={label}>
        <defs>
          <marker id="ns-unchoke-head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="5" markerHeight="5" orient="auto">
            <path d="M0 0 L8 4 L0 8 z" />
          </marker>
        </defs>
        {edges.map(({ from, to, optimistic, mutual }) => {
          const [dx, dy] = [x(to) - x(from), y(to) - y(from)];
          const length = Math.hypot(dx, dy) || 1;
          // Each arrow keeps to the right of the line between the two, so that one each way can be told apart.
          const [ox, oy] = [(-dy / length) * 2.5, (dx / length) * 2.5];
          const [ux, uy] = [(dx / length) * (DOT + 2), (dy / length) * (DOT + 2)];
          return (
            <line
              key={`${from} ${to}`}
              class={mutual ? 'ns-mutual' : ''}
              x1={x(from) + ox + ux}
              y1={y(from) + oy + uy}
              x2={x(to) + ox - ux}
              y2={y(to) + oy - uy}
              stroke-dasharray={optimistic ? '3 3' : undefined}
              marker-end="url(#ns-unchoke-head)"
            />
          );
        })}
        {peers.map(({ host, x: px, y: py }, i) => (
          <g key={host}>
            <circle cx={x(i)} cy={y(i)} r={DOT} />
            <text x={x(i) + px * 12} y={y(i) + py * 14 + 4} text-anchor={px > 0.3 ? 'start' : px < -0.3 ? 'end' : 'middle'}>
              {host}
            </text>
          </g>
        ))}
      </svg>
    </figure>
  );
}
