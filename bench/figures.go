//go:build linux

package main

import (
	"maps"
	"math"
	"slices"
)

// figures are the measured values, by row and contender, with one value for each run.
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

// median returns a row's median over the runs, or NaN if the row was not measured.
func (f *figures) median(row, contender string) float64 {
	return percentile(f.values[row][contender], 50)
}

// peak returns a row's highest value over the runs.
func (f *figures) peak(row, contender string) float64 {
	return percentile(f.values[row][contender], 100)
}

// percentile returns the smallest value that p percent of the values do not exceed.
func percentile(values []float64, p float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	at := int(math.Ceil(p/100*float64(len(sorted)))) - 1
	return sorted[max(0, at)]
}

// sortedKeys returns the keys of a map in order.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
