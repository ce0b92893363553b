# region run
runwire run --model test --store talks "Name a river in Norway."
runwire run --model test --store talks --continue "And its length?"
runwire store ls --store talks --json | jq -c '.conversations[] | {runs, state, prompt}'
# endregion run

# region tidy
runwire store verify --store talks
runwire store grep length --store talks --json | jq -c '{who, line}'
# endregion tidy
