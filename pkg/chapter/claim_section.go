package chapter

import (
	"github.com/specialist-nlp/specialist/pkg/claim"
	"github.com/specialist-nlp/specialist/pkg/experiment"
)

// The sections that set what the original states beside this run, one for each part of it.
var (
	DataClaims        = claimSection(claim.PartData)
	MethodClaims      = claimSection(claim.PartMethod)
	ClassClaims       = claimSection(claim.PartClasses)
	EfficiencyClaims  = claimSection(claim.PartEfficiency)
	RateClaims        = claimSection(claim.PartRates)
	ErrorClaims       = claimSection(claim.PartErrors)
	ImprovementClaims = claimSection(claim.PartImprovements)
	DeploymentClaims  = claimSection(claim.PartDeployment)

	AllClaims = section("reported", "Reported beside this run", ofStudy(), func(b *blocks, s *experiment.Study) {
		b.table(claim.AllTable(s))
	})
	ReportedTimes = section("reported-times", "Reported times", ofStudy(), func(b *blocks, s *experiment.Study) {
		b.table(claim.TimesTable(s))
	})
)

func claimSection(part claim.Part) Section {
	return section("reported-"+string(part), "Reported beside this run: "+claim.PartTitles[part], ofStudy(claimNeeds(part)...), func(b *blocks, s *experiment.Study) {
		b.table(claim.Table(s, part))
	})
}

// claimNeeds are the results that the claims of a part are made from.
func claimNeeds(part claim.Part) []experiment.Part {
	needs := []experiment.Part{experiment.PartSweep, experiment.PartComparisons}
	switch part {
	case claim.PartData:
		needs = append(needs, experiment.PartAudit)
	case claim.PartRates:
		needs = append(needs, experiment.PartRates)
	case claim.PartEfficiency:
		needs = append(needs, experiment.PartCompared)
	case claim.PartClasses, claim.PartErrors, claim.PartDeployment:
		needs = append(needs, experiment.PartErrors)
	case claim.PartImprovements:
		needs = append(needs, experiment.PartAudit)
	}
	return needs
}
