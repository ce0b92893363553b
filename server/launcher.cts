// Starts the daemon through a cache of its compiled code: parsing the bundle is most of what a start costs.
require('./server.cjs');
