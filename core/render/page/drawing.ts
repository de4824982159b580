import type { EChartsCoreOption } from 'echarts/core';

/** A picture of an HTML page, before it is drawn. */
export interface Drawing {
  readonly title: string;
  readonly option: EChartsCoreOption;
  /** In pixels. */
  readonly height?: number;
}

/** A chart as SVG text. */
export interface Chart {
  readonly title: string;
  readonly svg: string;
}

/** In pixels. */
const WIDTH = 640;
const HEIGHT = 360;

/** Draws to SVG; texts are escaped by the library. */
export async function drawAll(drawings: readonly Drawing[]): Promise<readonly Chart[]> {
  const [{ init, use }, charts, components, renderers] = await Promise.all([
    import('echarts/core'),
    import('echarts/charts'),
    import('echarts/components'),
    import('echarts/renderers'),
  ]);
  const { GridComponent, LegendComponent, MarkLineComponent, VisualMapComponent } = components;
  use([charts.LineChart, charts.ScatterChart, charts.HeatmapChart, charts.CustomChart, charts.BarChart]);
  use([renderers.SVGRenderer, GridComponent, LegendComponent, MarkLineComponent, VisualMapComponent]);
  return drawings.map(({ title, option, height = HEIGHT }) => {
    const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height });
    chart.setOption({ animation: false, textStyle: { fontFamily: 'system-ui, sans-serif' }, ...option });
    const svg = chart.renderToSVGString();
    chart.dispose();
    return { title, svg };
  });
}
