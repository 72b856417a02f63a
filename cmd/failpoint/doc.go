// Package failpoint kills this process at a chosen point, as kill -9 would, so that
// tests can check that it recovers. A build with the tag failpoints reads the point
// from the environment: MINT402_FAILPOINT=NAME:N is the N-th pass of NAME. In the
// ordinary build there are no points, and [Wrap] and [Driver] have no effect.
package failpoint
