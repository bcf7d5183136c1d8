import { Component, type ComponentChildren } from 'preact';
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Checks, Steps } from './checks/outcomes.tsx';
import { declaredInShort } from './declarations/summary.ts';
import { DeclaredTable } from './declarations/table.tsx';
import { Frames } from './frames/frames.tsx';
import { Inspector } from './inspector/inspector.tsx';
import { MATRIX_METRICS } from './metrics/confusion-matrices.ts';
import { ConfusionMatrices } from './metrics/confusion-matrix.tsx';
import { Plot, pictureOfTile } from './metrics/plot.tsx';
import { askedPlotsOf } from './metrics/plots.ts';
import { statusOf, tilesOf } from './metrics/summary.ts';
import { Tiles } from './metrics/tiles.tsx';
import type { Output } from './output.ts';
import { type Part, partOf, retransmittedMessages, text } from './part.ts';
import type { AxisMode } from './sequence/axis.ts';
import { Diagram, type DiagramHandle } from './sequence/diagram.tsx';
import { EVERYTHING, type Filter, filterOfPart, hostsOf, protocolsOf } from './sequence/filter.ts';
import { layOut, messageAtTime } from './sequence/layout.ts';
import { STEP } from './sequence/rows.ts';
import { Scrubber } from './sequence/scrubber.tsx';
import { Toolbar } from './sequence/toolbar.tsx';
import { StatePanel } from './states/panel.tsx';
import { Sweep } from './sweep/sweep.tsx';
import { connectionsBetween, MOST_TRANSCRIPTS } from './transcript/conversation.ts';
import { Transcript } from './transcript/transcript.tsx';

/** What the renderer tells its host: show the statement that caused a message. */
export interface RevealMessage {
  readonly type: 'reveal';
  /** Index into `run.sources`, and the document itself. */
  readonly source: number;
  readonly uri: string;
  readonly start: number;
  readonly end: number;
}

interface Props {
  readonly output: Output;
  readonly id: string;
  /** Absent where nobody listens, as in a report. */
  readonly postMessage?: (message: RevealMessage) => void;
}

/** Room for the inspector beside the diagram; below it otherwise. */
const BESIDE = 1240;
const inspectorWidth = (width: number): number => Math.min(720, Math.max(540, Math.round(width * 0.42)));

export function App({ output, id, postMessage }: Props) {
  const part = useMemo(() => partOf(output), [output]);
  const root = useRef<HTMLDivElement>(null);
  const width = useWidth(root);
  const { run } = part;
  const { sweeps = [] } = output;
  const failed = part.checks.filter((i) => !run.checks[i]!.passed).length;
  return (
    <div class="ns" ref={root}>
      <header class="ns-header">
        <h2>{run.title || 'Run'}</h2>
        {part.checks.length > 0 && (
          <span class={`ns-status ${failed === 0 ? 'ns-good' : 'ns-bad'}`}>
            {failed === 0
              ? `✓ ${part.checks.length === 1 ? '1 check' : `${part.checks.length} checks`} passed`
              : `✗ ${failed} of ${part.checks.length} checks failed`}
          </span>
        )}
        {(sweeps.length === 0 || !part.declaresOnly) && (
          <span class="ns-dim">{part.declaresOnly ? declaredInShort(output) : statusOf(part).join(' · ')}</span>
        )}
      </header>
      {part.declaresOnly && sweeps.length === 0 && <DeclaredTable output={output} />}
      {width > 0 && sweeps.map((swept, i) => <Sweep key={swept.plan.at.start} swept={swept} id={`${id}-sweep-${i}`} width={width} />)}
      {!part.declaresOnly && width > 0 && <Told part={part} id={id} width={width} postMessage={postMessage} />}
    </div>
  );
}

function Told({
  part,
  id,
  width,
  postMessage,
}: { readonly part: Part; readonly id: string; readonly width: number } & Pick<Props, 'postMessage'>) {
  const { run } = part;
  const [filter, setFilter] = useState<Filter>(() => filterOfPart(part));
  const [axis, setAxis] = useState<AxisMode>('order');
  const [segments, setSegments] = useState(false);
  /** Index into the run's messages: it stays the same message whatever the filter shows. */
  const [selected, setSelected] = useState(-1);
  const [open, setOpen] = useState(false);
  const [time, setTime] = useState<number | null>(null);
  const diagram = useRef<DiagramHandle>(null);
  const beside = open && width >= BESIDE;
  const diagramWidth = Math.max(320, width - 2 - (beside ? inspectorWidth(width) : 0) - 12);

  // Those that a matrix shows have no tile besides.
  const tiles = useMemo(() => tilesOf(part).filter(({ name }) => !MATRIX_METRICS.has(name)), [part]);
  const pictures = useMemo(() => new Map(tiles.map((tile) => [tile.name, pictureOfTile(tile, part.run.series)])), [tiles, part]);
  const asked = useMemo(() => askedPlotsOf(part), [part]);
  const [plotted, setPlotted] = useState<ReadonlySet<string>>(
    () => new Set(tiles.filter(({ plotted }) => plotted).map(({ name }) => name)),
  );
  const togglePlot = (name: string) => {
    const now = new Set(plotted);
    if (!now.delete(name)) now.add(name);
    setPlotted(now);
  };
  const plotId = (name: string) => `${id}-plot-${name.replaceAll(/\W+/g, '-')}`;
  const protocols = useMemo(() => protocolsOf(part), [part]);
  const hosts = useMemo(() => hostsOf(part), [part]);
  const retransmitted = useMemo(() => retransmittedMessages(run), [run]);
  const layout = useMemo(() => layOut(part, { filter, segments, axis, width: diagramWidth }), [part, filter, segments, axis, diagramWidth]);
  const hasSegments = useMemo(
    () => part.packets.some((i) => text(run, run.connections.transport[run.packets.connection[i]!]!) === 'tcp'),
    [part, run],
  );

  const place = useMemo(() => {
    if (selected < 0) return -1;
    return layout.rows.messages.findIndex((row) => layout.rows.subject[row] === selected);
  }, [layout, selected]);
  const messageAtPlace = (at: number) => layout.rows.subject[layout.rows.messages[at]!]!;
  const select = (message: number) => {
    setSelected(message);
    setTime(run.messages.sentAt[message]!);
  };
  const jump = (moment: number, message = -1) => {
    if (message >= 0) {
      if (!layout.rows.messages.some((row) => layout.rows.subject[row] === message)) setFilter(EVERYTHING);
      select(message);
      setOpen(true);
      return;
    }
    moveTo(moment);
  };
  const moveTo = (moment: number) => {
    setTime(moment);
    const at = messageAtTime(layout, moment);
    if (at >= 0) setSelected(messageAtPlace(at));
    else setSelected(-1);
  };
  const moveBy = (by: 1 | -1) => {
    if (layout.rows.messages.length === 0) {
      const moved = (time ?? part.endedAt) + (by * (part.endedAt - part.startedAt)) / 100;
      setTime(Math.max(part.startedAt, Math.min(part.endedAt, moved)));
      return;
    }
    const at = Math.max(
      0,
      Math.min(layout.rows.messages.length - 1, (place < 0 && time === null ? layout.rows.messages.length : place) + by),
    );
    select(messageAtPlace(at));
  };
  const reveal = postMessage
    ? (index: number) => {
        const { at } = run.steps[index]!;
        postMessage({ type: 'reveal', source: at.source, uri: run.sources[at.source] ?? '', start: at.start, end: at.end });
      }
    : null;
  const showStep = (index: number) => {
    const row = layout.rows.kind.findIndex((kind, i) => kind === STEP && layout.rows.subject[i] === index);
    if (row >= 0) diagram.current?.show(row);
  };

  const transcripts = part.views.flatMap(({ view }) =>
    view.kind === 'transcript' ? connectionsBetween(run, view.hosts, part.messages).slice(0, MOST_TRANSCRIPTS) : [],
  );
  const unmet = part.views.filter(
    ({ view }) => view.kind === 'transcript' && connectionsBetween(run, view.hosts, part.messages).length === 0,
  );
  // Steps alone stand in their list; a diagram of them would have nothing in it.
  const hasRows = part.messages.length > 0 || layout.rows.kind.subarray(0, layout.rows.count).some((kind) => kind !== STEP);
  // One step that went well says all in its heading there.
  const listSteps = !hasRows || part.steps.length > 1 || part.steps.some((i) => !run.steps[i]!.succeeded);
  const hasStates = run.states.rows > 0 && part.endedAt > part.startedAt;
  const scrubber = <Scrubber part={part} time={time ?? part.endedAt} onTime={moveTo} onMove={moveBy} />;

  return (
    <>
      <Tiles tiles={tiles} width={width} plotted={plotted} plotId={plotId} onPlot={togglePlot} />
      {asked.map(({ key, name, picture }, i) =>
        picture ? (
          <Plot key={key} picture={picture} part={part} id={`${id}-asked-${i}`} width={width} time={time} onTime={moveTo} />
        ) : (
          <p class="ns-empty" key={key}>
            Nothing was measured here to plot of {name}.
          </p>
        ),
      )}
      {tiles
        .filter(({ name }) => plotted.has(name))
        .map((tile) => (
          <Plot
            key={tile.name}
            picture={pictures.get(tile.name)!}
            part={part}
            id={plotId(tile.name)}
            width={width}
            time={time}
            onTime={moveTo}
            onClose={() => togglePlot(tile.name)}
          />
        ))}
      {part.views.map(({ view, at }) => (view.kind === 'frames' ? <Frames key={at.start} view={view} /> : null))}
      <ConfusionMatrices part={part} time={time ?? part.endedAt} />
      <div class="ns-told">
        <Checks part={part} onJump={jump} />
        {listSteps && (
          <Steps
            part={part}
            onReveal={reveal}
            onShow={(step) => {
              setTime(run.steps[step]!.startedAt);
              showStep(step);
            }}
          />
        )}
      </div>
      {hasRows && (
        <div class="ns-instrument">
          <Toolbar
            axis={axis}
            onAxis={setAxis}
            segments={segments}
            hasSegments={hasSegments}
            onSegments={setSegments}
            protocols={protocols}
            hosts={hosts}
            filter={filter}
            onFilter={setFilter}
            shown={layout.rows.messages.length}
            total={part.messages.length}
          />
          <div class={beside ? 'ns-beside' : ''} style={beside ? { '--inspector': `${inspectorWidth(width)}px` } : undefined}>
            <div class="ns-diagram">
              {layout.rows.count === 0 ? (
                <p class="ns-empty">
                  No message passes the filter.{' '}
                  <button type="button" class="ns-link" onClick={() => setFilter(EVERYTHING)}>
                    Show all
                  </button>
                </p>
              ) : (
                <Diagram
                  layout={layout}
                  id={id}
                  selected={place}
                  time={selected >= 0 && run.messages.sentAt[selected] === time ? null : time}
                  retransmitted={retransmitted}
                  onSelect={(at) => layout.rows.messages.length > 0 && select(messageAtPlace(at))}
                  onOpen={(at) => {
                    select(messageAtPlace(at));
                    setOpen(true);
                  }}
                  onClose={() => setOpen(false)}
                  onStep={(step) => reveal?.(step)}
                  handle={diagram}
                />
              )}
            </div>
            {open && selected >= 0 && (
              <Inspector
                run={run}
                message={selected}
                onClose={() => {
                  setOpen(false);
                  diagram.current?.focus();
                }}
                onSelect={select}
                onReveal={reveal}
              />
            )}
          </div>
          {scrubber}
        </div>
      )}
      {hasStates && !hasRows && <div class="ns-instrument">{scrubber}</div>}
      {transcripts.map((connection) => (
        <div class="ns-panel" key={connection}>
          <Transcript
            run={run}
            connection={connection}
            current={open ? selected : -1}
            onSelect={(message) => {
              select(message);
              setOpen(true);
            }}
          />
        </div>
      ))}
      {unmet.map(({ view, at }) =>
        view.kind === 'transcript' ? (
          <p class="ns-empty" key={at.start}>
            {view.hosts.join(' and ')} said nothing to each other here.
          </p>
        ) : null,
      )}
      <StatePanel run={run} time={time ?? part.endedAt} />
    </>
  );
}

function useWidth(element: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const measure = () => {
      if (!element.current) return;
      // A host's style sheet may pad what it was handed.
      const { paddingLeft, paddingRight } = getComputedStyle(element.current);
      const now = Math.floor(element.current.clientWidth - Number.parseFloat(paddingLeft) - Number.parseFloat(paddingRight));
      // A hidden output has no width; it keeps its layout until it is shown again.
      if (now > 0) setWidth(now);
    };
    measure();
    if (!element.current || typeof ResizeObserver === 'undefined') return;
    const observer = new ResizeObserver(measure);
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return width;
}

/** Shows what went wrong in place of an output that cannot be drawn. */
export class Guard extends Component<{ readonly children: ComponentChildren }, { readonly error: unknown }> {
  override state = { error: null as unknown };

  static override getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error };
  }

  override render() {
    return this.state.error === null ? this.props.children : <Failure error={this.state.error} />;
  }
}

export function Failure({ error }: { readonly error: unknown }) {
  const reason = error instanceof Error ? error.message : String(error);
  return (
    <div class="ns">
      <div class="ns-failure" role="alert">
        <b>This output cannot be shown.</b>
        <div>{reason}</div>
        {error instanceof Error && error.stack && !(error instanceof RangeError) && (
          <details>
            <summary>Details</summary>
            <pre>{error.stack}</pre>
          </details>
        )}
      </div>
    </div>
  );
}
