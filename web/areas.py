"""Every blueprint of the application."""

from web.account.views import blueprint as account
from web.auth.views import blueprint as auth
from web.calendar.views import blueprint as calendar
from web.comments.views import blueprint as comments
from web.customers.contacts import blueprint as contacts
from web.customers.views import blueprint as customers
from web.deadlines.views import blueprint as deadlines
from web.files.views import blueprint as files
from web.health.views import blueprint as health
from web.inbox.acts import blueprint as desk
from web.inbox.bulk import blueprint as bulk
from web.inbox.leave import blueprint as leave
from web.inbox.saved import blueprint as saved
from web.inbox.views import blueprint as inbox
from web.notifications.admin import blueprint as notices
from web.notifications.views import blueprint as notifications
from web.offline.views import blueprint as offline
from web.operate.audit import blueprint as operate_audit
from web.operate.clocks import blueprint as operate_clocks
from web.operate.heat import blueprint as operate_heat
from web.operate.incidents import blueprint as operate_incidents
from web.operate.jobs import blueprint as operate_jobs
from web.operate.listing import blueprint as operate_list
from web.operate.migrations import blueprint as migrations
from web.operate.repairs import blueprint as repairs
from web.operate.variables import blueprint as operate_variables
from web.operate.views import blueprint as operate
from web.people.views import blueprint as people
from web.positions.views import blueprint as positions
from web.privacy.retention import blueprint as operate_retention
from web.privacy.views import blueprint as privacy
from web.purposes.views import blueprint as purposes
from web.reports.views import blueprint as reports
from web.safety.views import blueprint as safety
from web.samples.counting import blueprint as samples
from web.studio.area import blueprint as studio
from web.support.views import blueprint as support
from web.team.views import blueprint as team
from web.today.views import blueprint as today
from web.visits.correct import blueprint as corrections
from web.visits.views import blueprint as visits
from web.warehouse.views import blueprint as warehouse

BLUEPRINTS = (
    auth, health, files, today, visits, inbox, customers, support, team, reports, studio, operate, purposes, people,
    account, offline, privacy, positions, corrections, safety, samples, contacts, calendar,
    deadlines, warehouse, desk, bulk, saved, leave,
    notifications, notices, comments,
    repairs, migrations,
    operate_list, operate_variables, operate_incidents, operate_jobs, operate_clocks, operate_heat, operate_audit,
    operate_retention,
)  # fmt: skip
