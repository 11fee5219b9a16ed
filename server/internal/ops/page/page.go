// Package page is what an operator sees in a browser: a server's last hour in plots, and without JavaScript in a table. It asks nobody but this server.
package page

import (
	"embed"
	"net/http"

	"parley/server/internal/ops/history"
)

// The plots are drawn by uPlot 1.6.32 (uplot/, with its licence), because it is small and fast and needs nothing else. The rest is our own.
//
//go:embed app.js style.css icon.svg uplot/uPlot.iife.min.js uplot/uPlot.min.css uplot/LICENSE
var files embed.FS

// policy keeps a browser from asking anybody else, and from running anything that is not among files.
const policy = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Handler serves the page at / and its files beside it. With JavaScript the page reads /history.json, which is not served here. now is called for
// each view of the page, from any goroutine.
func Handler(now func() history.History) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		h := now()
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(render(&h))
	})
	mux.Handle("GET /", http.FileServerFS(files))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Referrer-Policy", "no-referrer")
		w.Header().Set("Cache-Control", "no-cache")
		mux.ServeHTTP(w, r)
	})
}
