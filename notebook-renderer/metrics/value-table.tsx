/** A plot as a table. */
interface Props {
  readonly name: string;
  readonly head: readonly string[];
  /** The first cell of each is its heading. */
  readonly rows: readonly (readonly string[])[];
}

export function ValueTable({ name, head, rows }: Props) {
  return (
    <div class="ns-plot-table">
      <table aria-label={`Values of ${name}`}>
        <thead>
          <tr>
            {head.map((cell, i) => (
              <th scope="col" key={`${i} ${cell}`}>
                {cell}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([first, ...cells]) => (
            <tr key={first}>
              <th scope="row">{first}</th>
              {cells.map((cell, i) => (
                <td key={head[i + 1]}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
