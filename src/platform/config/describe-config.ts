import { FeedbackLoopConfig } from './feedback-loop-config.js';
import { type VariableDefinition, variablesOf } from './variable.decorator.js';

const NOTICE = 'Generated from src/platform/config/settings by `npm run generate`; do not edit.';

/** Returns the effective values by variable, with secrets masked. */
export function maskedConfig(config: Readonly<FeedbackLoopConfig>): Record<string, string> {
  return Object.fromEntries(
    variablesOf(FeedbackLoopConfig).map(({ name, secret, ...place }) => {
      const value = valueIn(config, place);
      const absent = value === undefined || (Array.isArray(value) && value.length === 0);
      if (absent) return [name, ''];
      return [name, secret ? '********' : String(value)];
    }),
  );
}

export interface SettingInForce {
  name: string;
  /** Empty if it is not set. */
  value: string;
  /** The default, in words if it is not a constant. */
  fallback: string;
  isChanged: boolean;
}

/** Returns what is in force, with secrets masked, and how it differs from the defaults. */
export function describeSettings(config: Readonly<FeedbackLoopConfig>): SettingInForce[] {
  const masked = maskedConfig(config);
  const defaults = new FeedbackLoopConfig();
  return variablesOf(FeedbackLoopConfig).map((variable) => ({
    name: variable.name,
    value: masked[variable.name] ?? '',
    fallback: (variable.defaultText ?? (defaultOf(variable) || 'none')).replaceAll('`', ''),
    isChanged: JSON.stringify(valueIn(config, variable)) !== JSON.stringify(valueIn(defaults, variable)),
  }));
}

/** Returns the variables of the keys that a server without them generates. */
export function generatedKeyVariables({ security }: Pick<FeedbackLoopConfig, 'security'>): string[] {
  return [
    ...(security.secretKey.length === 0 ? ['FL_SECRET_KEY'] : []),
    ...(security.encryptionKey.length === 0 ? ['FL_ENCRYPTION_KEY'] : []),
  ];
}

/** Returns the content of `.env.example`. */
export function envExample(): string {
  const lines = [`# ${NOTICE}`, '# Copy this file to .env and change what you need. Every setting has a default.', ''];
  for (const [group, variables] of byGroup()) {
    lines.push(`# --- ${group} ---`, '');
    for (const variable of variables) {
      lines.push(`# ${variable.description.replaceAll('`', '')}`);
      lines.push(`#${variable.name}=${variable.example ?? defaultOf(variable)}`, '');
    }
  }
  return lines.join('\n');
}

/** Returns the content of `docs/configuration.md`. */
export function configurationPage(): string {
  const lines = [
    '# Configuration',
    '',
    `<!-- ${NOTICE} -->`,
    '',
    'Settings are environment variables or lines of a `.env` file in the working folder; the environment takes precedence. If a',
    'value is invalid, the server does not start, and a message names the variable, the problem and the remedy.',
    '`npx feedback-loop config check` prints the effective configuration with secrets masked. Each secret can also be read from a',
    'file: set `<NAME>_FILE` to its path.',
    '',
  ];
  for (const [group, variables] of byGroup()) {
    lines.push(`## ${group}`, '', '| variable | default | meaning |', '| --- | --- | --- |');
    for (const variable of variables) {
      const shown = variable.defaultText ?? (defaultOf(variable) === '' ? 'none' : `\`${defaultOf(variable)}\``);
      const notes = [variable.description];
      if (variable.aliases) notes.push(`Also read from ${variable.aliases.map((alias) => `\`${alias}\``).join(', ')}.`);
      if (variable.secret) notes.push('Secret.');
      lines.push(`| \`${variable.name}\` | ${shown} | ${notes.join(' ').replaceAll('|', '\\|')} |`);
    }
    lines.push('');
  }
  return lines.join('\n');
}

function byGroup(): Map<string, VariableDefinition[]> {
  const groups = new Map<string, VariableDefinition[]>();
  for (const variable of variablesOf(FeedbackLoopConfig)) {
    groups.set(variable.title, [...(groups.get(variable.title) ?? []), variable]);
  }
  return groups;
}

function defaultOf(variable: VariableDefinition): string {
  const value = valueIn(new FeedbackLoopConfig(), variable);
  if (value === undefined) return '';
  return Array.isArray(value) ? value.join(',') : String(value);
}

function valueIn(
  config: Readonly<FeedbackLoopConfig>,
  { group, property }: Pick<VariableDefinition, 'group' | 'property'>,
): unknown {
  return (config as unknown as Record<string, Record<string, unknown>>)[group]?.[property];
}
