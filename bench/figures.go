//go:build linux

package main

import (
	"math"
	"slices"
)

// figures are what was measured: a row, a contender, a value a run.
type figures struct {
	rows   []string
	values map[string]map[string][]float64
}

func (f *figures) add(row, contender string, value float64) {
	if f.values == nil {
		f.values = map[string]map[string][]float64{}
	}
	if f.values[row] == nil {
		f.values[row] = map[string][]float64{}
		f.rows = append(f.rows, row)
	}
	f.values[row][contender] = append(f.values[row][contender], value)
}

// median of a row over the runs; not a number if it was not measured.
func (f *figures) median(row, contender string) float64 {
	return percentile(f.values[row][contender], 50)
}

// highest of a row over the runs.
func (f *figures) highest(row, contender string) float64 {
	return percentile(f.values[row][contender], 100)
}

// percentile is the smallest value that p percent of the values do not exceed.
func percentile(values []float64, p float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	at := int(math.Ceil(p/100*float64(len(sorted)))) - 1
	return sorted[max(0, at)]
}
