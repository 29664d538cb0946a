// The version is the package's: one place.
import manifest from '../../package.json' with { type: 'json' };

export const version: string = manifest.version;
