package server_test

import (
	"testing"

	"github.com/mint402/mint402/server/servertest"
)

// world is the fixture, with the requests that only tests of this package make.
type world struct{ *servertest.World }

func open(t testing.TB, s servertest.Sale) *world {
	t.Helper()
	return &world{servertest.Open(t, s)}
}
