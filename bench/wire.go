//go:build linux

package main

import (
	"bytes"
	"errors"
	"fmt"
	"syscall"
	"time"
)

// connection is one keep-alive connection, read and written without blocking.
type connection struct {
	fd      int
	batch   []byte        // the requests that were sent last; the buffer of out
	out     []byte        // data that the socket has not accepted yet
	blocked bool          // waiting until the socket is writable
	in      []byte        // the beginning of an answer
	lost    bool          // closed by the server
	busy    int           // requests without an answer
	sent    time.Duration // when those were sent, since the load's beginning
	tag     int           // of the last of them
}

// addresses is the number of addresses of this machine from which a load connects. A
// server limits the connections of one address, and a load stands for many clients.
const addresses = 64

// dial connects to a port of this machine, from the nth address.
func dial(port, n int) (*connection, error) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("open socket: %w", err)
	}
	c := &connection{fd: fd}
	if err = syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, byte(1 + n%addresses)}}); err != nil {
		syscall.Close(fd)
		return nil, fmt.Errorf("bind socket: %w", err)
	}
	if err = syscall.Connect(fd, &syscall.SockaddrInet4{Port: port, Addr: [4]byte{127, 0, 0, 1}}); err == nil {
		err = syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1)
	}
	if err == nil {
		err = syscall.SetNonblock(fd, true)
	}
	if err != nil {
		syscall.Close(fd)
		return nil, fmt.Errorf("connect to port %d: %w", port, err)
	}
	return c, nil
}

func (c *connection) close() { syscall.Close(c.fd) }

// write sends as much as the socket accepts, and reports whether that was all.
func (c *connection) write() (bool, error) {
	for len(c.out) > 0 {
		n, err := syscall.Write(c.fd, c.out)
		switch {
		case err == syscall.EAGAIN:
			return false, nil
		case err == syscall.EINTR:
		case err != nil:
			return false, fmt.Errorf("write: %w", err)
		default:
			c.out = c.out[n:]
		}
	}
	return true, nil
}

var errHungUp = errors.New("the server closed the connection")

// read reads available data and calls answered for each complete answer.
func (c *connection) read(buffer []byte, answered func(status int)) error {
	n, err := syscall.Read(c.fd, buffer)
	switch {
	case err == syscall.EAGAIN || err == syscall.EINTR:
		return nil
	case err != nil:
		return fmt.Errorf("read: %w", err)
	case n == 0:
		return errHungUp
	}
	data := buffer[:n]
	if len(c.in) > 0 {
		c.in = append(c.in, data...)
		data = c.in
	}
	for {
		status, size, err := answer(data)
		if err != nil {
			return err
		}
		if size == 0 {
			break
		}
		data = data[size:]
		answered(status)
	}
	c.in = append(c.in[:0], data...)
	return nil
}

// answer returns the status and the size of the first answer in data. The size is 0
// if the answer is not complete.
func answer(data []byte) (status, size int, err error) {
	end := bytes.Index(data, []byte("\r\n\r\n"))
	if end < 0 {
		return 0, 0, nil
	}
	head := data[:end+2]
	if len(head) < 14 || string(head[:9]) != "HTTP/1.1 " {
		return 0, 0, fmt.Errorf("read: %.60q is no answer", head)
	}
	status = int(head[9]-'0')*100 + int(head[10]-'0')*10 + int(head[11]-'0')
	at := bytes.Index(head, []byte("\r\nContent-Length: "))
	if at < 0 {
		return 0, 0, fmt.Errorf("read: no Content-Length in %.300q", head)
	}
	length := 0
	for _, digit := range head[at+len("\r\nContent-Length: "):] {
		if digit < '0' || digit > '9' {
			break
		}
		length = length*10 + int(digit-'0')
	}
	if size = end + 4 + length; size > len(data) {
		return 0, 0, nil
	}
	return status, size, nil
}
