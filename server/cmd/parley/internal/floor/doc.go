// Package floor measures the whole server over loopback, beside a server that does the least that any can do: one epoll
// thread that hands on what it reads, without names, checks or a memory. All of it is benchmarks, for Linux.
package floor
