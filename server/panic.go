package server

import "fmt"

// sheltered makes an error of a panic of f. It is for what no request waits for,
// where a panic would end the program.
func sheltered(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v", v)
		}
	}()
	return f()
}
