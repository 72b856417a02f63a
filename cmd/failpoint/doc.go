// Package failpoint kills this process at a chosen point, as kill -9 would, so that tests
// can check that the program recovers when it is started again. A build with the tag
// failpoints reads the point from the environment: MINT402_FAILPOINT=NAME:N kills the
// process when it reaches the point NAME for the N-th time. The ordinary build has no
// points: there, [Wrap] returns its arguments, and [Driver] is the store's own driver.
package failpoint
