package api

import "fmt"

// Recovered returns a panic of f as an error. It is for work outside of a request's
// handler, where a panic would end the program.
func Recovered(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v", v)
		}
	}()
	return f()
}
