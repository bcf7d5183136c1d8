/** The whole suite, in the order in which a newcomer meets the product. */
import './notebooks.ts';
import './language.ts';
import './features.ts';
import './runs.ts';
import './files.ts';
import './commands.ts';
import './fingerprints.ts';
