// Package miniprogram is the citizens' WeChat mini-program: src/ is what WeChat's tools
// upload, without a build step. Node stands beside it for tests only: it puts the same
// files through WeChat's own compilers, a simulated phone, and WeChat's component engine
// in a browser.
//
// The Go part gets those tools ready and bundles the mini-program for a browser. No
// program that ships may import it.
package miniprogram
