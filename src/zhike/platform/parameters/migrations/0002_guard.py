"""A change of a parameter is written once: what figures were made with stays readable."""

from django.db import migrations

GUARD = """
CREATE FUNCTION zhike_guard_parameter_value() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the history of parameters is append-only'
    USING ERRCODE = 'insufficient_privilege', CONSTRAINT = 'parameters_value_append_only';
END $$;
CREATE TRIGGER parameters_value_guard BEFORE UPDATE OR DELETE ON parameters_parametervalue
  FOR EACH ROW EXECUTE FUNCTION zhike_guard_parameter_value();
REVOKE UPDATE, DELETE, TRUNCATE ON parameters_parametervalue FROM zhike_app;
REVOKE DELETE, TRUNCATE ON parameters_parameterproposal FROM zhike_app;
"""

UNGUARD = """
DROP TRIGGER parameters_value_guard ON parameters_parametervalue;
DROP FUNCTION zhike_guard_parameter_value();
GRANT UPDATE, DELETE ON parameters_parametervalue TO zhike_app;
GRANT DELETE ON parameters_parameterproposal TO zhike_app;
"""


class Migration(migrations.Migration):
    dependencies = [("parameters", "0001_first")]
    operations = [migrations.RunSQL(GUARD, UNGUARD)]
