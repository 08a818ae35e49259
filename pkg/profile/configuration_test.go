package profile

import (
	"math"
	"slices"
	"testing"

	"github.com/specialist-nlp/specialist/pkg/internal/testkit"
)

func TestConfigurationsAreChecked(t *testing.T) {
	for _, c := range []struct {
		list Configurations
		want string
	}{
		{Configurations{{Name: "A b"}}, "A b"},
		{Configurations{{Name: ""}}, "configuration 1"},
		{Configurations{{Name: "../up"}}, "../up"},
		{Configurations{{Name: "a"}, {Name: "a"}}, "two configurations"},
		{Configurations{{Name: "a", Set: []string{"train.learning_rat=1"}}}, "train.learning_rate"},
		{Configurations{{Name: "a", Set: []string{"corpus.seed=1"}}}, "corpus.seed"},
		{Configurations{{Name: "a", Set: []string{"train.epochs=0"}}}, "train.epochs"},
		{Configurations{{Name: "a", Set: []string{"train.method=partial"}}}, "train.layers"},
	} {
		p := read(t, "demo")
		p.Configurations = c.list
		testkit.Refused(t, "sweep", p.Check(), "sweep", c.want)
		p = read(t, "demo")
		p.Compare = c.list
		testkit.Refused(t, "compare", p.Check(), "compare", c.want)
	}
}

func TestConfigurationsArePickedByName(t *testing.T) {
	p := read(t, "demo", "sweep=[3-conservative, 1-baseline]")
	if got := p.Configurations.Names(); !slices.Equal(got, []string{"1-baseline", "3-conservative"}) {
		t.Errorf("picked %q", got)
	}
	_, err := Read("demo", []string{"sweep=[2-higher]"})
	testkit.Refused(t, "a configuration that there is not", err, "2-higher-rate")
	if got := read(t, "demo", "sweep=[]").SweepConfigurations(); len(got) != 1 || got[0].Name != "profile" || got[0].Set != nil {
		t.Errorf("without a sweep %+v is trained", got)
	}
}

func TestSettingsThatAConfigurationSetsAreRefused(t *testing.T) {
	p := read(t, "demo")
	if err := p.CheckSettings([]string{"train.epochs=1", "max_length=3"}); err != nil {
		t.Error(err)
	}
	testkit.Refused(t, "sweep", p.CheckSettings([]string{"train.batch_size = 1"}), `"train.batch_size = 1"`, "3-conservative", "sweep=[")
	testkit.Refused(t, "compare", p.CheckSettings([]string{"train.method=full"}), "train.method", "full", "compare=[")
	if err := read(t, "demo", "sweep=[]", "compare=[]").CheckSettings([]string{"train.learning_rate=1"}); err != nil {
		t.Error(err)
	}
}

func TestConfiguredIsTheProfileOfOneRun(t *testing.T) {
	p := read(t, "demo", "train.method=partial", "train.layers=2")
	one, err := p.Configured(Configuration{Name: "a", Set: []string{"train.method=full", "train.learning_rate=2e-5", "adapter.target_modules=[lin1]"}})
	if err != nil {
		t.Fatal(err)
	}
	if one.Train.Method != MethodFull || one.Train.Layers != 0 || one.Train.LearningRate != 2e-5 || !slices.Equal(one.Adapter.TargetModules, []string{"lin1"}) {
		t.Errorf("it trains with %+v and %+v", one.Train, one.Adapter)
	}
	if one.Configurations != nil || one.Compare != nil || one.Protocols != nil || one.Rates.LoRA != nil || one.Rates.Epochs != 0 {
		t.Errorf("it has a sweep of its own: %+v", one)
	}
	if p.Train.Method != MethodPartial || p.Train.Layers != 2 || len(p.Configurations) != 3 || !slices.Equal(p.Adapter.TargetModules, []string{"q_lin", "v_lin"}) {
		t.Errorf("the profile itself has changed: %+v", p)
	}
}

func TestRateTrialIsShortAndAlike(t *testing.T) {
	p := read(t, "mtsamples", "train.method=partial", "train.layers=2", "corpus.path=notes.csv")
	trial := p.RateTrial(MethodFull, 1e-4)
	if trial.Train.Method != MethodFull || trial.Train.Layers != 0 || trial.Train.LearningRate != 1e-4 || trial.Train.Epochs != 1 || trial.Train.WarmupSteps != 10 || trial.Train.Patience != 0 {
		t.Errorf("it trains with %+v", trial.Train)
	}
	if err := trial.Check(); err != nil || trial.Configurations != nil || trial.Rates.Full != nil {
		t.Errorf("%v: %+v", err, trial)
	}
}

func TestReportProtocolsBeginWithTheProfilesOwn(t *testing.T) {
	for setting, want := range map[string][]string{
		"corpus.protocol=group": {"group", "row"}, "corpus.protocol=row": {"row", "group"}, "protocols=[]": {"group"}, "protocols=[row]": {"group", "row"},
	} {
		if got := read(t, "demo", setting).ReportProtocols(); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", setting, got, want)
		}
	}
	testkit.Refused(t, "protocols", read(t, "demo", "protocols=[rows]").Check(), "protocols", `"rows"`)
}

func TestCostIsInEpochsOfLoRA(t *testing.T) {
	p := read(t, "demo", "train.epochs=10")
	costs := p.ConfigurationCosts(Configurations{{Name: "own"}, {Name: "full", Set: []string{"train.method=full"}}, {Name: "broken", Set: []string{"train.epochs=0"}}})
	if len(costs) != 3 || costs[0] != 10 || math.Abs(costs[1]-17) > 1e-9 || costs[2] != 0 {
		t.Errorf("costs %v", costs)
	}
	for _, m := range Methods() {
		if methodCost[m] <= 0 {
			t.Errorf("%s costs nothing", m)
		}
	}
}

func TestDescribeSaysWhatIsTrained(t *testing.T) {
	for want, settings := range map[string][]string{
		"LoRA, rank 16, alpha 32, dropout 0.1, on q_lin, v_lin": nil,
		"LoRA, rank 4, alpha 0.5 (rsLoRA), dropout 0, on lin1":  {"adapter.rank=4", "adapter.alpha=.5", "adapter.rslora=true", "adapter.dropout=0", "adapter.target_modules=[lin1]"},
		"full fine-tuning": {"train.method=full"},
		"last 2 layers":    {"train.method=partial", "train.layers=2"},
		"head alone":       {"train.method=head"},
	} {
		if got := read(t, "demo", settings...).Describe(); got != want {
			t.Errorf("%q is described as %q", settings, got)
		}
	}
	if got := read(t, "demo").Precision() + read(t, "paper").Precision(); got != "f32f16" {
		t.Errorf("precisions %s", got)
	}
}
