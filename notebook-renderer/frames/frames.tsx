/** The pictures of a clip: the original, what each encoding transmits of it, what is seen in the end, and the bytes of each picture. */
import { useMemo, useState } from 'preact/hooks';
import type { ViewKind } from '../../engines/scenario.ts';
import { busiestRow, describeFrame, type Filmstrip, filmstripOf, pictureRgba, rowOf, type Strip, transmittedRgba } from './filmstrip.ts';
import { pngDataUri } from './png.ts';

/** Height of the bars, in pixels. */
const BARS = 44;
/** A picture's least width on the screen. */
const PICTURE = 224;

export function Frames({ view }: { readonly view: ViewKind & { readonly kind: 'frames' } }) {
  const film = useMemo(() => filmstripOf(view.clip, view.encodings), [view]);
  // The first picture that is not a key frame, where there is one: there is more to be seen.
  const [frame, setFrame] = useState(() => Math.min(film.count - 1, 8));
  const choose = (wanted: number) => setFrame(Math.max(0, Math.min(film.count - 1, wanted)));
  const { clip } = film;
  return (
    <section class="ns-panel ns-frames" aria-label={`Pictures of ${clip.name}`}>
      <div class="ns-transcript-head">
        <b>Pictures of {clip.name}</b>
        <span class="ns-dim">{film.title.slice(clip.name.length + 2)}</span>
        {film.isCut && <span class="ns-dim">the first {film.count}</span>}
      </div>
      <label class="ns-frames-slider">
        <input
          type="range"
          min={0}
          max={film.count - 1}
          value={frame}
          onInput={(event) => choose(Number(event.currentTarget.value))}
          aria-label="Picture"
        />
        <span>
          picture <b>{frame}</b> (0 to {film.count - 1})
        </span>
      </label>
      <figure class="ns-frames-original">
        <Picture film={film} rgba={pictureRgba(film.originals[frame]!)} name={`original picture ${frame}`} />
        <figcaption class="ns-dim">original</figcaption>
      </figure>
      {film.strips.map((strip) => (
        <StripRow key={strip.name} film={film} strip={strip} frame={frame} onFrame={choose} />
      ))}
      {film.strips.length === 0 && <p class="ns-empty">No step above codes this clip.</p>}
    </section>
  );
}

interface StripProps {
  readonly film: Filmstrip;
  readonly strip: Strip;
  readonly frame: number;
  readonly onFrame: (frame: number) => void;
}

function StripRow({ film, strip, frame, onFrame }: StripProps) {
  const encoded = strip.frames[frame]!;
  const row = busiestRow(encoded);
  return (
    <div class="ns-frames-strip">
      <div class="ns-frames-pictures">
        <figure>
          <Picture film={film} rgba={transmittedRgba(encoded)} name={`what ${strip.name} transmits of picture ${frame}`} transmitted />
          <figcaption class="ns-dim">transmitted</figcaption>
        </figure>
        <figure>
          <Picture film={film} rgba={pictureRgba(encoded.shown)} name={`picture ${frame} as ${strip.name} shows it`} />
          <figcaption class="ns-dim">shown</figcaption>
        </figure>
      </div>
      <div class="ns-frames-told">
        <div>
          <b>{strip.name}</b> <span class="ns-dim">{strip.summary}</span>
        </div>
        <Bars film={film} strip={strip} frame={frame} onFrame={onFrame} />
        <div>{describeFrame(encoded)}</div>
        <div class="ns-frames-row">
          row {row}: {rowOf(encoded, row)}
        </div>
      </div>
    </div>
  );
}

interface PictureProps {
  readonly film: Filmstrip;
  readonly rgba: Uint8Array;
  readonly name: string;
  readonly transmitted?: boolean;
}

function Picture({ film: { clip }, rgba, name, transmitted = false }: PictureProps) {
  const scale = Math.max(1, Math.round(PICTURE / clip.width));
  return (
    <img
      class={transmitted ? 'ns-picture ns-picture-sent' : 'ns-picture'}
      src={pngDataUri(clip.width, clip.height, rgba)}
      width={clip.width * scale}
      height={clip.height * scale}
      alt={name}
    />
  );
}

/** One a picture, on one scale for all strips; a click shows the picture. */
function Bars({ film, strip, frame, onFrame }: StripProps) {
  const width = film.count;
  return (
    <div class="ns-frames-scale">
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the slider does the same for the keyboard. */}
      <svg
        class="ns-frames-bars"
        viewBox={`0 0 ${width} ${BARS}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Bytes of each picture, at most ${film.largest}`}
        onClick={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          onFrame(Math.floor(((event.clientX - box.left) / box.width) * width));
        }}
      >
        {strip.frames.map(({ bytes, coded }, i) => {
          const height = Math.max(0.6, (bytes.length / film.largest) * BARS);
          const kind = i === frame ? 'ns-bar-here' : coded.key ? 'ns-bar-key' : 'ns-bar';
          return <rect key={i} class={kind} x={i + 0.08} y={BARS - height} width={0.84} height={height} />;
        })}
      </svg>
      <span class="ns-dim">{film.largest} B</span>
    </div>
  );
}
