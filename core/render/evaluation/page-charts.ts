import type { EvaluationReport } from '../../reports/evaluation-report.ts';
import { EVALUATION_CHARTS } from './chart-registry.ts';

/** A chart as SVG text. */
export interface Chart {
  readonly title: string;
  readonly svg: string;
}

/** In pixels. */
const WIDTH = 640;
const HEIGHT = 360;

/** The charts of a report, drawn to SVG; texts of the report are escaped by the library. */
export async function drawCharts(report: EvaluationReport): Promise<readonly Chart[]> {
  const [{ init, use }, charts, components, renderers] = await Promise.all([
    import('echarts/core'),
    import('echarts/charts'),
    import('echarts/components'),
    import('echarts/renderers'),
  ]);
  const { GridComponent, LegendComponent, MarkLineComponent } = components;
  use([charts.LineChart, charts.ScatterChart, charts.HeatmapChart, charts.CustomChart, renderers.SVGRenderer]);
  use([GridComponent, LegendComponent, MarkLineComponent, components.VisualMapComponent]);
  const drawings = EVALUATION_CHARTS.flatMap(({ page }) => page(report) ?? []);
  return drawings.map(({ title, option, height = HEIGHT }) => {
    const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height });
    chart.setOption({ animation: false, textStyle: { fontFamily: 'system-ui, sans-serif' }, ...option });
    const svg = chart.renderToSVGString();
    chart.dispose();
    return { title, svg };
  });
}
