// Package baseline measures the whole server over loopback, beside a baseline: a server that does the least that any can do. That one
// is a single epoll thread which passes on what it reads; it knows no names, checks nothing and remembers nothing. The package
// consists of benchmarks, for Linux.
package baseline
