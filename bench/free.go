//go:build linux

package main

const rowFree = "node that costs nothing"

func (b *bench) free(int) error { return nil }
