// Package boot is what both programs and the operator's tool share at the start:
// the one configuration, the logger, the pools, the order of starting and
// stopping, and the three pages every program serves to its operator.
//
// It must not know any capability: what a program consists of is written in its
// own main package, and nothing below cmd may import this one.
package boot
