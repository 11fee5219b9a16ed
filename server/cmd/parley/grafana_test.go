package main

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// dashboard is what matters of docs/grafana.json.
type dashboard struct {
	SchemaVersion int
	Panels        []struct {
		Title, Type string
		Datasource  struct{ UID string }
		FieldConfig struct{ Defaults struct{ Unit string } }
		Targets     []struct{ Expr string }
	}
}

func readDashboard(t *testing.T) (d dashboard) {
	t.Helper()
	if err := json.Unmarshal([]byte(readFile(t, "../../../docs/grafana.json")), &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// exprs are what the panels ask Prometheus for, as Grafana fills in its variables.
func (d *dashboard) exprs() (exprs []string) {
	variables := strings.NewReplacer("$__rate_interval", "5m", "$job", "parley", "$instance", ".*")
	for _, panel := range d.Panels {
		for _, target := range panel.Targets {
			exprs = append(exprs, variables.Replace(target.Expr))
		}
	}
	return exprs
}

// TestDashboard: Prometheus takes what each panel asks for, and each says in which unit it is.
func TestDashboard(t *testing.T) {
	d := readDashboard(t)
	if len(d.Panels) < 20 || d.SchemaVersion < 39 {
		t.Errorf("%d panels, version %d", len(d.Panels), d.SchemaVersion)
	}
	for _, panel := range d.Panels {
		if panel.Type != "row" && (panel.FieldConfig.Defaults.Unit == "" || panel.Datasource.UID != "${datasource}" || len(panel.Targets) == 0) {
			t.Errorf("%s: %+v", panel.Title, panel)
		}
	}
	var rules []yaml
	for _, expr := range d.exprs() {
		rules = append(rules, yaml{"record": "parley:panel", "expr": expr})
	}
	for i := range rules { // promtool warns of rules that are alike
		rules[i]["labels"] = yaml{"panel": strings.Repeat("x", i+1)}
	}
	promtool(t, "check", yaml{"groups": []yaml{{"name": "panels", "rules": rules}}})
}

var (
	metricName = regexp.MustCompile(`\b(?:parley|process|go)_[a-z0-9_]+|\bup\b`)
	typeLine   = regexp.MustCompile(`(?m)^# TYPE (\S+) (\S+)$`)
)

// TestMetricsThatAreAskedForAreThere: the dashboard and the alerts know no metric that a server does not have, and leave out none of its own.
func TestMetricsThatAreAskedForAreThere(t *testing.T) {
	there := scrapedNames(t)
	d := readDashboard(t)
	shown := map[string]bool{}
	for _, name := range metricName.FindAllString(strings.Join(d.exprs(), "\n"), -1) {
		shown[name] = true
	}
	asked := maps.Clone(shown)
	for _, m := range regexp.MustCompile(`(?m)^ +expr: (.*)$`).FindAllStringSubmatch(readFile(t, alertsFile), -1) {
		for _, name := range metricName.FindAllString(m[1], -1) {
			asked[name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(asked)) {
		if !there[name] {
			t.Errorf("there is no %s", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(there)) {
		if own := strings.HasPrefix(name, "parley_"); own && !shown[name] {
			t.Errorf("the dashboard does not show %s", name)
		}
	}
}

// scrapedNames are what a server tells Prometheus; of a histogram the name of its buckets. up is Prometheus' own.
func scrapedNames(t *testing.T) map[string]bool {
	t.Helper()
	_, log := startLogged(t, "--ops", "127.0.0.1:0")
	answer, err := http.Get("http://" + log.told(t, "listening for operators") + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{"up": true}
	for _, m := range typeLine.FindAllStringSubmatch(string(text), -1) {
		if m[2] == "histogram" {
			m[1] += "_bucket"
		}
		names[m[1]] = true
	}
	return names
}
