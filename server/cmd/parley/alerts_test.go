package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const alertsFile = "../../../docs/alerts.yml"

// allIsWell is what Prometheus has seen of a server in twenty minutes in which nothing was wrong, in promtool's notation, a value each 15 s.
var allIsWell = map[string]string{
	`up{job="parley",instance="a"}`:                                                  `1x80`,
	`parley_store_up{job="parley",instance="a"}`:                                     `1x80`,
	`parley_draining{job="parley",instance="a"}`:                                     `0x80`,
	`parley_nodes{job="parley",instance="a"}`:                                        `3x80`,
	`parley_hash_waiting{job="parley",instance="a"}`:                                 `2x80`,
	`parley_tls_certificate_ends_timestamp_seconds{job="parley",instance="a"}`:       `0x40 700000x40`,
	`parley_feed_behind{job="parley",instance="a"}`:                                  `0 3 0 7 0 0 500 0x75`,
	`process_start_time_seconds{job="parley",instance="a"}`:                          `100x40 900x40`,
	`process_open_fds{job="parley",instance="a"}`:                                    `80x80`,
	`process_max_fds{job="parley",instance="a"}`:                                     `100x80`,
	`process_resident_memory_bytes{job="parley",instance="a"}`:                       `1e9x80`,
	`parley_log_lines_dropped_total{job="parley",instance="a"}`:                      `5x80`,
	`parley_connections_refused_total{job="parley",instance="a",why="full"}`:         `7x80`,
	`parley_connections_refused_total{job="parley",instance="a",why="address-full"}`: `0+5x80`,
	`parley_connections_closed_total{job="parley",instance="a",why="slow-reader"}`:   `0+1x80`,
	`parley_connections_closed_total{job="parley",instance="a",why="client"}`:        `0+90x80`,
	`parley_logins_total{job="parley",instance="a",outcome="busy"}`:                  `3x80`,
	`parley_logins_total{job="parley",instance="a",outcome="ok"}`:                    `0+9x80`,
	`parley_requests_refused_total{job="parley",instance="a",code="internal"}`:       `1x80`,
	`parley_requests_refused_total{job="parley",instance="a",code="no-such-user"}`:   `0+7x80`,
	`parley_commits_total{job="parley",instance="a",outcome="buried"}`:               `1x80`,
	`parley_commits_total{job="parley",instance="a",outcome="ok"}`:                   `0+30x80`,
	`parley_commit_seconds_bucket{job="parley",instance="a",le="0.256"}`:             `0+30x80`,
	`parley_commit_seconds_bucket{job="parley",instance="a",le="1.024"}`:             `0+30x80`,
	`parley_commit_seconds_bucket{job="parley",instance="a",le="+Inf"}`:              `0+30x80`,
	`parley_message_seconds_bucket{job="parley",instance="a",le="0.512"}`:            `0+30x80`,
	`parley_message_seconds_bucket{job="parley",instance="a",le="2.048"}`:            `0+30x80`,
	`parley_message_seconds_bucket{job="parley",instance="a",le="+Inf"}`:             `0+30x80`,
	`parley_loop_delay_seconds_bucket{job="parley",instance="a",le="0.08192"}`:       `0+30x80`,
	`parley_loop_delay_seconds_bucket{job="parley",instance="a",le="0.16384"}`:       `0+30x80`,
	`parley_loop_delay_seconds_bucket{job="parley",instance="a",le="+Inf"}`:          `0+30x80`,
}

// troubles are what is not ordinary, and the one alert that must fire then.
var troubles = []struct{ series, values, alert string }{
	{`up{job="parley",instance="a"}`, `1x40 0x40`, "ParleyDown"},
	{`up{job="parley",instance="a"}`, `_x80`, "ParleyAbsent"},
	{`process_start_time_seconds{job="parley",instance="a"}`, `100x60 200 200 300 300 400x15`, "ParleyRestarts"},
	{`parley_store_up{job="parley",instance="a"}`, `1x70 0x10`, "ParleyStoreDown"},
	{`parley_draining{job="parley",instance="a"}`, `0x60 1x20`, "ParleyDrainsTooLong"},
	{`parley_commit_seconds_bucket{job="parley",instance="a",le="0.256"}`, `0x80`, "ParleyCommitsSlow"},
	{`parley_message_seconds_bucket{job="parley",instance="a",le="0.512"}`, `0x80`, "ParleyMessagesSlow"},
	{`parley_loop_delay_seconds_bucket{job="parley",instance="a",le="0.08192"}`, `0x80`, "ParleyLoopsLate"},
	{`parley_connections_closed_total{job="parley",instance="a",why="slow-reader"}`, `0+2x80`, "ParleySlowReaders"},
	{`parley_connections_refused_total{job="parley",instance="a",why="full"}`, `7x70 8x10`, "ParleyFull"},
	{`parley_logins_total{job="parley",instance="a",outcome="busy"}`, `3x40 3+1x40`, "ParleyLoginsBusy"},
	{`parley_hash_waiting{job="parley",instance="a"}`, `9x80`, "ParleyHashesQueue"},
	{`parley_requests_refused_total{job="parley",instance="a",code="internal"}`, `1x70 2x10`, "ParleyInternalErrors"},
	{`parley_log_lines_dropped_total{job="parley",instance="a"}`, `5x70 9x10`, "ParleyLogLinesDropped"},
	{`process_open_fds{job="parley",instance="a"}`, `91x80`, "ParleyDescriptors"},
	{`process_resident_memory_bytes{job="parley",instance="a"}`, `3e9x80`, "ParleyMemory"},
	{`parley_tls_certificate_ends_timestamp_seconds{job="parley",instance="a"}`, `600000x80`, "ParleyCertificateEnds"},
	{`parley_feed_behind{job="parley",instance="a"}`, `4x80`, "ParleyFeedBehind"},
	{`parley_nodes{job="parley",instance="a"}`, `3x40 2x40`, "ParleyNodeMissing"},
	{`parley_commits_total{job="parley",instance="a",outcome="buried"}`, `1x70 2x10`, "ParleyBuried"},
}

// yaml is part of a file for promtool, whose YAML may be JSON.
type yaml = map[string]any

// TestAlerts: of an ordinary server no alert fires, and of each trouble its own and no other.
func TestAlerts(t *testing.T) {
	tests := []yaml{firing("", allIsWell)}
	var fired []string
	for _, trouble := range troubles {
		series := maps.Clone(allIsWell)
		if _, ok := series[trouble.series]; !ok {
			t.Errorf("%s is not among what is ordinary", trouble.series)
		}
		series[trouble.series] = trouble.values
		tests = append(tests, firing(trouble.alert, series))
		fired = append(fired, trouble.alert)
	}
	rules, err := filepath.Abs(alertsFile)
	if err != nil {
		t.Fatal(err)
	}
	promtool(t, "test", yaml{"rule_files": []string{rules}, "evaluation_interval": "15s", "tests": tests})

	var written []string
	for _, m := range regexp.MustCompile(`(?m)^ +- alert: (.*)$`).FindAllStringSubmatch(readFile(t, alertsFile), -1) {
		written = append(written, m[1])
	}
	same(t, "alerts", written, fired)
}

// firing is a test that at the end of the series exactly one alert fires, or none if its name is empty.
func firing(alert string, series map[string]string) yaml {
	var input []yaml
	for name, values := range series {
		input = append(input, yaml{"series": name, "values": values})
	}
	samples := []yaml{}
	if alert != "" {
		samples = append(samples, yaml{"labels": fmt.Sprintf("{alertname=%q}", alert), "value": 1})
	}
	return yaml{"name": alert, "interval": "15s", "input_series": input, "promql_expr_test": []yaml{{
		"expr": `count by (alertname) (ALERTS{alertstate="firing"})`, "eval_time": "20m", "exp_samples": samples,
	}}}
}

// promtool has the program check a file of rules or run one of tests.
func promtool(t *testing.T, what string, file yaml) {
	t.Helper()
	need(t, "promtool")
	content, err := json.Marshal(file)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "file.yml")
	write(t, path, string(content))
	if out, err := exec.Command("promtool", what, "rules", path).CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// TestAlertsLeadSomewhere: whoever is woken finds the page that is named.
func TestAlertsLeadSomewhere(t *testing.T) {
	alerts := readFile(t, alertsFile)
	found := regexp.MustCompile(`(?m)runbook: (.*)$`).FindAllStringSubmatch(alerts, -1)
	if len(found) != strings.Count(alerts, "- alert:") {
		t.Errorf("%d pages for %d alerts", len(found), strings.Count(alerts, "- alert:"))
	}
	for _, m := range found {
		page, section, _ := strings.Cut(m[1], "#")
		if text := readFile(t, "../../../"+page); section != "" && !hasSection(text, section) {
			t.Errorf("%s has no section %s", page, section)
		}
	}
}

// hasSection looks for a heading that is linked to by a name.
func hasSection(page, name string) bool {
	for _, m := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(page, -1) {
		if name == strings.ReplaceAll(regexp.MustCompile(`[^a-z0-9 -]`).ReplaceAllString(strings.ToLower(m[1]), ""), " ", "-") {
			return true
		}
	}
	return false
}
