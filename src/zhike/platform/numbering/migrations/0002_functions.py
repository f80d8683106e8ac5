"""Functions that hand out numbers; migrations with `CreateSeries` depend on this one."""

from django.db import migrations

FUNCTIONS = """
CREATE FUNCTION zhike_next_number(series text) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  shape numbering_numberseries%ROWTYPE;
  digits text;
BEGIN
  SELECT * INTO shape FROM numbering_numberseries WHERE key = series;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'number series % does not exist', series USING ERRCODE = 'undefined_object';
  END IF;
  digits := nextval('public.zhike_number_' || series)::text;
  RETURN shape.prefix || lpad(digits, greatest(shape.width, length(digits)), '0');
END $$;

CREATE FUNCTION zhike_number_key(number text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT regexp_replace(number, '[0-9]*$', '') || lpad(substring(number from '[0-9]*$'), greatest(19, length(substring(number from '[0-9]*$'))), '0')
$$;

CREATE FUNCTION zhike_create_series(series text, prefix text, width int, start bigint)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO numbering_numberseries (key, prefix, width) VALUES (series, prefix, width);
  EXECUTE format('CREATE SEQUENCE public.%I AS bigint START WITH %s', 'zhike_number_' || series, start);
END $$;
REVOKE EXECUTE ON FUNCTION zhike_create_series(text, text, int, bigint) FROM zhike_app;
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON numbering_numberseries FROM zhike_app;
"""

NO_FUNCTIONS = """
DROP FUNCTION zhike_create_series(text, text, int, bigint);
DROP FUNCTION zhike_number_key(text);
DROP FUNCTION zhike_next_number(text);
GRANT INSERT, UPDATE, DELETE ON numbering_numberseries TO zhike_app;
"""


class Migration(migrations.Migration):
    dependencies = [("numbering", "0001_first")]
    operations = [migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS)]
