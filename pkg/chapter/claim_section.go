package chapter

import (
	"github.com/specialist-nlp/specialist/pkg/experiment"
)

// The sections that set what the original states beside this run, one for each part of it.
var (
	DataClaims        = claimSection(PartData)
	MethodClaims      = claimSection(PartMethod)
	ClassClaims       = claimSection(PartClasses)
	EfficiencyClaims  = claimSection(PartEfficiency)
	RateClaims        = claimSection(PartRates)
	ErrorClaims       = claimSection(PartErrors)
	ImprovementClaims = claimSection(PartImprovements)
	DeploymentClaims  = claimSection(PartDeployment)

	AllClaims = section("reported", "Reported beside this run", ofStudy(), func(b *blocks, s *experiment.Study) {
		b.table(AllClaimsTable(s))
	})
	ReportedTimes = section("reported-times", "Reported times", ofStudy(), func(b *blocks, s *experiment.Study) {
		b.table(TimedClaimTable(s))
	})
)

func claimSection(part Part) Section {
	return section("reported-"+string(part), "Reported beside this run: "+partTitles[part], ofStudy(claimNeeds(part)...), func(b *blocks, s *experiment.Study) {
		b.table(ClaimTable(s, part))
	})
}

// claimNeeds are the results that the claims of a part are made from.
func claimNeeds(part Part) []experiment.Part {
	needs := []experiment.Part{experiment.PartSweep, experiment.PartComparisons}
	switch part {
	case PartData:
		needs = append(needs, experiment.PartAudit)
	case PartRates:
		needs = append(needs, experiment.PartRates)
	case PartEfficiency:
		needs = append(needs, experiment.PartCompared)
	case PartClasses, PartErrors, PartDeployment:
		needs = append(needs, experiment.PartErrors)
	case PartImprovements:
		needs = append(needs, experiment.PartAudit)
	}
	return needs
}
