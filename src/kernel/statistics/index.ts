export {
  GAMMA,
  histogramQuantile,
  type LogHistogram,
  MAX_RELATIVE_ERROR,
  quantile,
  SMALLEST_LATENCY_MS,
} from './quantiles.js';
