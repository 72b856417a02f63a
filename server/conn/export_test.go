package conn

// Framed returns how many of the bytes are the first request; 0 if it is not
// complete.
func Framed(p []byte) (int, error) {
	c := &conn{in: p, config: &Config{MaxBody: 1 << 20}}
	if err := c.check(); err != nil || !c.final {
		return c.ready, err
	}
	n, err := c.body.read(p[c.ready:])
	if err != nil || !c.body.done {
		return 0, err
	}
	return c.ready + n, nil
}

// FramedHead returns how many of the bytes are the first request's head.
func FramedHead(p []byte) int {
	c := &conn{in: p, config: &Config{MaxBody: 1 << 20}}
	_ = c.check()
	return c.ready
}
